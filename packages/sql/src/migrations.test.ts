import { type CaseSession, type CaseUser, storeCases } from '@limen/conformance'
import { describe, expect, it } from 'vitest'
import { everywhere } from '../test/everywhere.ts'
import { ownLayout, ownTable } from '../test/own-tables.ts'
import { type SqlDialect, migrate, migrations, sqlStore } from './index.ts'

const engines = await everywhere()
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

describe.each(engines)('migrate() in %s', (_, open) => {
  it('may run again, over JSON and over columns', async () => {
    const { driver, maker, close } = await open()
    await migrate(maker)
    await migrate(maker)
    const store = sqlStore<CaseUser, CaseSession>(driver)
    await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
    await migrate(maker)
    expect(await store.readUser('ada')).toEqual({ id: 'ada', attributes: { name: 'Ada' } })

    await maker.batch([ownTable[maker.dialect]])
    await migrate(maker, ownLayout)
    await migrate(maker, ownLayout)
    await storeCases[0]!.run(sqlStore(driver, ownLayout))
    await close()
  })

  it('may be run by several at once', async () => {
    const { driver, maker, close } = await open()
    const crowd = driver.dialect === maker.dialect ? driver : maker
    for (let round = 0; round < 5; round++) {
      const layout = { user: { table: `u${round}` }, session: { table: `s${round}` } }
      await Promise.all([1, 2, 3, 4].map(() => migrate(crowd, layout)))
    }
    await close()
  })

  it('makes all or nothing, where the engine can', async () => {
    const { maker, close } = await open()
    if (maker.dialect !== 'mariadb') {
      await expect(maker.batch(['create table once (id text)', 'no SQL'])).rejects.toThrow()
      await maker.batch(['create table once (id text)'])
    }
    await close()
  })

  it('makes tables in a schema, where the engine has some', async () => {
    const { driver, maker, close } = await open()
    const schema = `auth_${crypto.randomUUID().replaceAll('-', '')}`
    const layout = {
      user: { table: `${schema}.user` },
      session: { table: `${schema}.session` },
    }
    if (maker.dialect !== 'sqlite') {
      await maker.batch([`create schema ${schema}`])
      await migrate(maker, layout)
      await storeCases[0]!.run(sqlStore(driver, layout))
    }
    await close()
  })
})
