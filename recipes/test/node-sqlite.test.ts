import { expect, it } from 'vitest'
import { runMigrations } from '../src/migrate.ts'
import { openDatabase } from '../src/open-sqlite.ts'
import { nodeSite } from '../src/site-node.ts'
import { apiCases } from './api-cases.ts'
import { deviceCases } from './device-cases.ts'
import { emailCodeCases } from './email-code-cases.ts'
import { guestCases } from './guest-cases.ts'
import { counterCases, limitCases } from './limit-cases.ts'
import { passkeyCases } from './passkey-cases.ts'
import { passphraseCases } from './passphrase-cases.ts'
import { roleCases } from './role-cases.ts'
import { totpCases } from './totp-cases.ts'
import { createWorld } from './world.ts'

const folders = ['workers', 'node-sqlite'].map(
  (name) => new URL(`../migrations/${name}/`, import.meta.url),
)
const driver = await openDatabase(':memory:')
for (const folder of folders) await runMigrations(driver, folder)

for (const { name, run } of [
  ...passphraseCases,
  ...limitCases,
  ...counterCases,
  ...emailCodeCases,
  ...passkeyCases,
  ...totpCases,
  ...apiCases,
  ...deviceCases,
  ...guestCases,
  ...roleCases,
]) {
  it(`Node and SQLite: ${name}`, () =>
    run(
      createWorld(
        (options) => nodeSite(driver, options),
        (app, request, client) =>
          app.fetch(request, { incoming: { socket: { remoteAddress: client } } }),
      ),
    ))
}

it('each migration runs once', async () => {
  for (const folder of folders) await runMigrations(driver, folder)
  const applied = await driver.query('select name from migrations order by name', [])
  expect(applied.map(({ name }) => name)).toContain('0003_attempts.sql')
  expect(new Set(applied).size).toBe(applied.length)
})
