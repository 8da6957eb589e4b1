import { type CaseSession, type CaseUser, storeCases } from '@limen/conformance'
import { describe, expect, it } from 'vitest'
import { embedded } from '../test/embedded.ts'
import { ownLayout, ownTable } from '../test/own-tables.ts'
import { type SqlDialect, migrate, migrations, sqlStore } from './index.ts'

const dialects: readonly SqlDialect[] = ['sqlite', 'postgres', 'mysql', 'mariadb']

describe('migrations()', () => {
  // To write the files anew: vitest run --config vitest.workspace.ts --project sql migrations -u
  it.each(dialects)('gives what the package ships for %s', async (dialect) => {
    const shipped = `-- Users and sessions as @limen/sql keeps them. Times are milliseconds since the epoch.\n${migrations(
      dialect,
    )
      .map((statement) => `${statement};\n`)
      .join('\n')}`
    await expect(shipped).toMatchFileSnapshot(`../migrations/${dialect}/0001_limen.sql`)
  })

  it.each(dialects)('leaves your own user table alone in %s', (dialect) => {
    const statements = migrations(dialect, ownLayout).join('\n')
    expect(statements).not.toMatch(/table if not exists (\S*\.)?[`"]order[`"]/)
    expect(statements).toMatch(/references [`"]order[`"] \([`"]key[`"]\) on delete cascade/)
  })

  it('gives the session table the type of your own ids', () => {
    const layout = { user: { table: 'app_user', idType: 'uuid', columns: {} } }
    expect(migrations('postgres', layout)[0]).toMatch(/"user_id" uuid not null/)
  })

  it('parts a schema from a name', () => {
    const statements = migrations('postgres', {
      user: { table: 'auth.user' },
      session: { table: 'auth.session' },
    })
    expect(statements[0]).toMatch(/^create table if not exists "auth"\."user" \(/)
    expect(statements[2]).toMatch(/index if not exists "session_user" on "auth"\."session" /)
  })
})

describe.each(Object.entries(embedded))('migrate() in %s', (_, open) => {
  it('may run again, over JSON and over columns', async () => {
    const { driver, close } = await open()
    await migrate(driver)
    await migrate(driver)
    const store = sqlStore<CaseUser, CaseSession>(driver)
    await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
    await migrate(driver)
    expect(await store.readUser('ada')).toEqual({ id: 'ada', attributes: { name: 'Ada' } })

    await driver.batch([ownTable[driver.dialect]])
    await migrate(driver, ownLayout)
    await migrate(driver, ownLayout)
    await storeCases[0]!.run(sqlStore(driver, ownLayout))
    await close()
  })

  it('makes all or nothing', async () => {
    const { driver, close } = await open()
    await expect(driver.batch(['create table once (id text)', 'no SQL'])).rejects.toThrow()
    await driver.batch(['create table once (id text)'])
    await close()
  })
})
