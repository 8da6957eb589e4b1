import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { migrations, pg } from '@limen/sql'
import { serve } from '@limen/test-servers'
import { visitor } from '@limen/testing'
import { Pool } from 'pg'
import { generate } from 'selfsigned'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { type Postgres, startPostgres } from '../../packages/sql/test/postgres.ts'
import { layout } from '../src/accounts-sql.ts'
import { sqlOf } from '../src/database.ts'
import { deleteOldAttempts, sqlLimit } from '../src/limit-sql.ts'
import { runMigrations } from '../src/migrate.ts'
import type { Site, SiteOptions } from '../src/site.ts'
import { secretBox } from '../src/secret-box.ts'
import { nodeSite } from '../src/site-node.ts'
import { apiCases } from './api-cases.ts'
import { deviceCases } from './device-cases.ts'
import { emailCodeCases } from './email-code-cases.ts'
import { guestCases } from './guest-cases.ts'
import { counterCases, limitCases } from './limit-cases.ts'
import { oauthCases } from './oauth-cases.ts'
import { siteProviders } from './oauth-site.ts'
import { mainCases } from './main-cases.ts'
import { passkeyCases } from './passkey-cases.ts'
import { passphraseCases } from './passphrase-cases.ts'
import { signUpAt } from './sign-up-at.ts'
import { type SmtpMail, smtpCases } from './smtp-cases.ts'
import { startSmtpServer } from './smtp-server.ts'
import { type ProviderProcess, startProviders } from './start-providers.ts'
import { roleCases } from './role-cases.ts'
import { totpCases } from './totp-cases.ts'
import { simpleWebAuthnModule } from './vendor.ts'
import { type Send, type World, createWorld } from './world.ts'

let postgres: Postgres
let pool: Pool
let providerProcess: ProviderProcess

beforeAll(async () => {
  const started = await startPostgres({ isDurable: false })
  if (typeof started === 'string') throw new Error(started)
  postgres = started
  pool = new Pool({ connectionString: postgres.url })
  // end() resolves before the connections are closed, and the server then stops.
  pool.on('error', () => {})
  const folder = new URL('../migrations/node/', import.meta.url)
  await runMigrations(pg(pool), folder)
  // A second start changes nothing.
  await runMigrations(pg(pool), folder)
  providerProcess = await startProviders()
})
afterAll(async () => {
  await providerProcess[Symbol.asyncDispose]()
  await pool.end()
  await postgres.stop()
})

const openSite = (options: SiteOptions) => nodeSite(pg(pool), options)
const send: Send = (app, request, client) =>
  app.fetch(request, { incoming: { socket: { remoteAddress: client } } })

function world(sendMail?: Site['sendMail']): World {
  const open = (options: SiteOptions) =>
    openSite({ ...options, providers: siteProviders(providerProcess.providers) })
  return createWorld(open, send, sendMail)
}

for (const { name, run } of [
  ...passphraseCases,
  ...limitCases,
  ...counterCases,
  ...emailCodeCases,
  ...oauthCases,
  ...passkeyCases,
  ...totpCases,
  ...apiCases,
  ...deviceCases,
  ...guestCases,
  ...roleCases,
]) {
  it(`Node and PostgreSQL: ${name}`, () => run(world()))
}

for (const { name, run } of mainCases) {
  it(`Node and PostgreSQL: ${name}`, () => run(createWorld(openSite, send)))
}

for (const { name, run } of smtpCases) {
  it(`Node and PostgreSQL: ${name}`, () => run(inject('smtp'), world))
}

it('the program for Node signs a visitor up', async () => {
  await using server = await program()
  expect(await signUpAt(server)).toContain('You are signed in as <bdi>ada@example.com</bdi>')
})

it('the program for Node sends a code with TLS, and only through a server that it trusts', async () => {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }])
  const folder = await mkdtemp(join(tmpdir(), 'recipes-'))
  const smtp = await startSmtpServer({ key, cert })
  try {
    await writeFile(join(folder, 'cert.pem'), cert)
    const SMTP_URL = `${smtp.url.replace('127.0.0.1', 'localhost')}?requireTLS=true`
    const trusted = { NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem') }
    const cases: [env: Record<string, string>, status: number, mails: number][] = [
      [{}, 500, 0],
      [trusted, 303, 1],
    ]
    for (const [env, status, mails] of cases) {
      await using server = await program({ ...env, SMTP_URL, MAIL_FROM: 'site@app.example' })
      const ada = visitor({ origin: `http://localhost:${server.port}` })
      const body = new URLSearchParams({ email: `${crypto.randomUUID()}@app.example` })
      expect((await ada.fetch('/sign-in/email', { method: 'POST', body })).status).toBe(status)
      const accepted = (await (await fetch(smtp.inboxUrl)).json()) as SmtpMail[]
      expect(accepted.length).toBe(mails)
      for (const { text } of accepted) {
        expect(text).toContain('From: site@app.example')
        expect(text).toContain(`http://localhost:${server.port}/sign-in/email/code?code=`)
      }
    }
  } finally {
    await smtp.stop()
    await rm(folder, { recursive: true })
  }
})

function program(env: Record<string, string> = {}) {
  const cwd = fileURLToPath(new URL('..', import.meta.url))
  const argsOf = (port: number) => [`PORT=${port}`, process.execPath, 'test/dev-node.ts']
  return serve('env', argsOf, { cwd, env: { DATABASE_URL: postgres.url, ...env } })
}

it('attempts of earlier minutes are deleted', async () => {
  let now = Date.now()
  const sql = sqlOf(pg(pool))
  const limit = sqlLimit(sql, () => now)
  const key = crypto.randomUUID()
  const isStored = async () => (await sql`select key from attempts where key = ${key}`).length === 1
  await limit(key)
  await deleteOldAttempts(sql, () => now)
  expect(await isStored()).toBe(true)
  now += 60_000
  await deleteOldAttempts(sql, () => now)
  expect(await isStored()).toBe(false)
})

it('migrations/workers/0002_limen.sql has the statements of migrations()', async () => {
  const file = new URL('../migrations/workers/0002_limen.sql', import.meta.url)
  const statements = migrations('sqlite', layout).map((statement) => `${statement};\n`)
  expect(await readFile(file, 'utf8')).toBe(statements.join('\n'))
})

it('src/simplewebauthn-browser.ts is a copy of the installed version', async () => {
  const file = new URL('../src/simplewebauthn-browser.ts', import.meta.url)
  expect(await readFile(file, 'utf8')).toBe(await simpleWebAuthnModule())
})

it('a key for second factors that has not 32 bytes is refused', () => {
  for (const key of ['', 'short', Buffer.alloc(31).toString('base64')]) {
    expect(() => secretBox(key)).toThrow('TOTP_KEY must be 32 random bytes in base64')
  }
})
