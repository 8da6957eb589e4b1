import { once } from 'node:events'
import { Agent, type IncomingMessage, createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import fc from 'fast-check'
import { Miniflare, convertV4MiniflareOptions } from 'miniflare'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { denoBinary, serve } from '@limen/test-servers'
import { type Report, headerServer } from '../test/header-server.ts'

const program = fileURLToPath(new URL('../test/header-server.ts', import.meta.url))
const COOKIE = '__Host-Http-session'
const WELL_FORMED = `${'w'.repeat(22)}.${'W'.repeat(43)}`
const origins = ['https://app.example', 'https://partner.example']

interface Running {
  readonly port: number
  readonly stop: () => unknown
}

async function node(): Promise<Running> {
  const app = headerServer()
  const fetch = async ({ method = '', url = '', rawHeaders }: IncomingMessage) => {
    const headers = new Headers()
    for (let i = 0; i < rawHeaders.length; i += 2) {
      headers.append(rawHeaders[i]!, rawHeaders[i + 1]!)
    }
    return app.fetch(new Request(`http://127.0.0.1${url}`, { method, headers }))
  }
  const server = createServer((incoming, outgoing) => {
    const failed = (error: unknown) => outgoing.end(String(error))
    fetch(incoming)
      .then((response) => response.text())
      .then((body) => outgoing.end(body), failed)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return { port: (server.address() as AddressInfo).port, stop: () => server.close() }
}

/** workerd itself: `wrangler dev` has a proxy in front, which would decode the bytes first. */
async function workerd(): Promise<Running> {
  const { outputFiles } = await build({
    entryPoints: [program],
    bundle: true,
    format: 'esm',
    write: false,
  })
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: outputFiles[0]!.text,
      compatibilityDate: '2026-11-01',
      cf: false,
      unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
    }),
  )
  const { port } = await miniflare.unsafeGetDirectURL()
  return { port: Number(port), stop: () => miniflare.dispose() }
}

async function deno(): Promise<Running> {
  const args = ['serve', '--no-lock', '--cached-only', '--host', '127.0.0.1', '--port']
  const server = await serve(denoBinary(), (port) => [...args, String(port), program])
  return { port: server.port, stop: () => server[Symbol.asyncDispose]() }
}

/** Checks byte by byte whether a value has the form of a token. */
function isTokenShaped(value: string): boolean {
  const [id = '', secret = '', ...more] = value.split('.')
  const isBase64url = (part: string) => /^[A-Za-z0-9_-]*$/.test(part)
  return (
    more.length === 0 &&
    id.length === 22 &&
    secret.length === 43 &&
    isBase64url(id) &&
    isBase64url(secret)
  )
}

const trimmed = (value: string) => value.replaceAll(/^[ \t]+|[ \t]+$/g, '')

/** The single value of the session cookie in the bytes; empty if there is none or more than one. */
function cookieIn(header: string): string {
  const found = new Set<string>()
  for (const pair of header.split(';')) {
    const [name = '', ...value] = pair.split('=')
    if (trimmed(name) === COOKIE && value.length) found.add(trimmed(value.join('=')))
  }
  return found.size === 1 ? ([...found][0] ?? '') : ''
}

// Each character is one byte: white space in Latin-1 and UTF-8, and bytes that are not UTF-8.
const oddBytes = ['\xa0', '\x85', '\xc2\xa0', '\xc2\x85', '\xe2\x80\x80', '\xe3\x80\x80']
const brokenBytes = ['\xe2', '\xe2\x80', '\xff', '\xc0\xa0', '\xed\xa0\x80', '\xef\xbb\xbf']
const blank = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom('', '', ' ', '\t') },
  fc.constantFrom(...oddBytes, ...brokenBytes),
)
const name = fc.constantFrom(COOKIE, COOKIE, COOKIE, COOKIE.toLowerCase(), 'a', '')
const values = ['TOKEN', WELL_FORMED, '', '"TOKEN"', 'TOKEN\xa0x', 'TOKEN,']
// As many characters as a token has, decoded as Latin-1 and as UTF-8.
const asLongAsToken = [`${WELL_FORMED.slice(0, -1)}\xa0`, `${WELL_FORMED.slice(0, -1)}\xc2\xa0`]
const value = fc.constantFrom('TOKEN', 'TOKEN', ...values, ...asLongAsToken)
const pair = fc
  .tuple(blank, name, blank, fc.constant('='), blank, value, blank)
  .map((parts) => parts.join(''))
type Visit = Record<'method' | 'Cookie' | 'Authorization' | 'Origin', string>

const visit: fc.Arbitrary<Visit> = fc.record({
  method: fc.constantFrom('GET', 'POST'),
  Cookie: fc.array(pair, { maxLength: 3 }).map((pairs) => pairs.join(';')),
  Authorization: fc
    .tuple(
      blank,
      fc.constantFrom('Bearer', 'bearer', 'Basic'),
      fc.constantFrom(' ', '  ', ''),
      blank,
      value,
      blank,
    )
    .map((parts) => parts.join('')),
  Origin: fc
    .tuple(blank, fc.constantFrom(...origins, ...origins, 'https://evil.example', 'null'), blank)
    .map((parts) => parts.join('')),
})

/** Cookies that a sibling host can set. Trimming Unicode white space would accept them (CVE-2026-39410). */
const smuggled = [...oddBytes, ...brokenBytes]
  .flatMap((odd) => [`${odd}${COOKIE}=TOKEN`, `${COOKIE}${odd}=TOKEN`, `${COOKIE}=TOKEN${odd}`])
  .concat(asLongAsToken.map((token) => `${COOKIE}=${token}`))
  .map((Cookie): [Visit] => [{ method: 'GET', Cookie, Authorization: '', Origin: '' }])

const runtimes: [
  name: string,
  start: () => Promise<Running>,
  ofUtf8: number[],
  ofLatin1: number[],
][] = [
  ['Node', node, [0xe2, 0x80, 0x80], [0xa0]],
  ['workerd', workerd, [0x2000], [0xfffd]],
  ['Deno', deno, [0xe2, 0x80, 0x80], [0xa0]],
]

describe.each(runtimes)('bytes of headers in %s', (_, start, ofUtf8, ofLatin1) => {
  const agent = new Agent({ keepAlive: true })
  let running: Running

  beforeAll(async () => {
    running = await start()
  }, 30_000)
  afterAll(async () => {
    agent.destroy()
    await running.stop()
  })

  /** Node's client sends each character of a header as one byte. */
  async function call(
    path: string,
    method: string,
    headers: Record<string, string>,
  ): Promise<string> {
    const { port } = running
    const outgoing = send({ host: '127.0.0.1', port, path, method, headers, agent }).end()
    const [incoming] = (await once(outgoing, 'response')) as [NodeJS.ReadableStream]
    return text(incoming)
  }

  it('decodes bytes outside ASCII as this runtime does', async () => {
    const charactersOf = async (bytes: string) =>
      (JSON.parse(await call('/', 'GET', { 'X-Bytes': `x${bytes}x` })) as Report).characters.slice(
        1,
        -1,
      )
    expect(await charactersOf('\xe2\x80\x80')).toEqual(ofUtf8)
    expect(await charactersOf('\xa0')).toEqual(ofLatin1)
  })

  it('P6: [T19] only the bytes of a token open a session or cause a store read', async () => {
    const token = await call('/sign-in', 'GET', {})
    const seen = { signedIn: 0, bearer: 0, trusted: 0, reads: 0 }
    const property = fc.asyncProperty(visit, async ({ method, ...templates }) => {
      const headers = Object.fromEntries(
        Object.entries(templates).map(([key, bytes]) => [key, bytes.replaceAll('TOKEN', token)]),
      )
      const { Cookie = '', Authorization = '', Origin = '' } = headers
      const trusted = method === 'GET' || origins.includes(trimmed(Origin))
      const cookie = trusted ? cookieIn(Cookie) : ''
      const bearer = /^bearer +([^ ]+)$/i.exec(trimmed(Authorization))?.[1] ?? ''
      const expected = {
        trusted,
        signedIn: cookie === token,
        bearer: bearer === token,
        reads: Number(isTokenShaped(cookie)) + Number(isTokenShaped(bearer)),
        characters: [],
      }
      const report = await call('/', method, headers)
      expect(JSON.parse(report)).toEqual(expected)
      for (const key of Object.keys(seen) as (keyof typeof seen)[])
        seen[key] += Number(expected[key])
    })
    await fc.assert(property, { numRuns: 200 + smuggled.length, examples: smuggled })
    // Each outcome occurred at least once.
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(0)
  })
})
