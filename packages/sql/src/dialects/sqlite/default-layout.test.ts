import { DatabaseSync } from 'node:sqlite'
import { type CaseSession, type CaseUser, recordsFor } from '@limen/conformance'
import { describe, expect, it } from 'vitest'
import { type SqlDriver, migrations, nodeSqlite, sqlStore } from '../../index.ts'
import { resolvedLayout } from '../../resolved-layout.ts'
import type { Statement } from '../../sql.ts'
import { statementsOver } from '../../statements.ts'
import {
  foundIn,
  indexes,
  insertValues,
  mergeValues,
  statements,
  tables,
  userIn,
} from '../../sqlite.ts'
import { sqlite } from './index.ts'

/** Values that show in the file what each placeholder is for. */
const session = {
  id: 'sessionId',
  userId: 'userId',
  secretHash: 'secretHash',
  createdAt: 'createdAt' as never,
  activePeriodExpiresAt: 'activePeriodExpiresAt' as never,
  idlePeriodExpiresAt: 'idlePeriodExpiresAt' as never,
  attributes: {},
}

function generated(): string {
  const build = statementsOver(resolvedLayout('sqlite'), sqlite)
  const built: Record<string, Statement> = {
    read: build.read('sessionId'),
    insert: build.insert(session),
    renew: build.renew('sessionId', session),
    update: build.update('sessionId', { name: 1 }),
    delete: build.delete('sessionId'),
    deleteByUser: build.deleteByUser('userId', 'except'),
    listByUser: build.listByUser('userId'),
    deleteExpired: build.deleteExpired('now' as never, 'limit' as never),
    createUser: build.createUser('userId', {}),
    readUser: build.readUser('userId'),
    updateUser: build.updateUser('userId', { name: 1 }),
    deleteUser: build.deleteUser('userId'),
  }
  const named: Readonly<Record<string, string>> = {
    '{}': 'attributes',
    '{"name":null}': 'removal',
    '{"name":1}': 'attributes',
  }
  const all = migrations('sqlite')
  const listOf = (created: string) =>
    all
      .filter((statement) => statement.startsWith(`create ${created}`))
      .map((statement) => `  \`${statement}\`,\n`)
      .join('')
  const properties = Object.entries(built).map(
    ([call, { text, values }]) =>
      `  /** Values: ${values.map((value) => named[`${value}`] ?? value).join(', ')}. */\n  ${call}: \`${text}\`,\n`,
  )
  return `/** The default layout in SQLite. Generated: the test beside this file writes it with \`-u\`. */

/** Create the tables. Times are milliseconds since the epoch. */
export const tables: readonly string[] = [
${listOf('table')}]

/** Create the indexes. */
export const indexes: readonly string[] = [
${listOf('index')}]

/** The statements of each call. */
export const statements: Readonly<Record<StatementName, string>> = {
${properties.join('\n')}}

/** The calls of a store. */
export type StatementName =
${Object.keys(built)
  .map((call) => `  | '${call}'`)
  .join('\n')}
`
}

describe('the default layout in SQLite', () => {
  // To write the file again: vitest run --config vitest.workspace.ts --project sql default-layout -u
  it('is the same text for sqlStore(), for d1Store() and in Durable Objects', async () => {
    await expect(generated()).toMatchFileSnapshot('./default-layout.ts')
    expect([...tables, ...indexes]).toEqual(migrations('sqlite'))
  })

  it('has the statements that sqlStore() sends, with the same values', async () => {
    const db = new DatabaseSync(':memory:')
    const driver = nodeSqlite(db)
    await driver.batch([...tables, ...indexes])
    const sent: unknown[] = []
    const watched: SqlDriver = {
      ...driver,
      query(text, values, consistency, once) {
        sent.push([text, values])
        return driver.query(text, values, consistency, once)
      },
      change(text, values, once) {
        sent.push([text, values])
        return driver.change(text, values, once)
      },
    }
    const store = sqlStore<CaseUser, CaseSession>(watched)
    const record = (await recordsFor(store))('a')
    const { id, userId, attributes } = record
    sent.length = 0

    await store.createUser({ id: userId, attributes: { name: 'Ada' } })
    await store.insert(record)
    await store.read(id, { consistency: 'strong' })
    await store.renew(id, record)
    await store.update(id, { device: 'phone', seen: undefined } as never)
    await store.listByUser(userId)
    await store.readUser(userId)
    await store.updateUser(userId, { note: null })
    await store.deleteByUser(userId, { except: id })
    await store.deleteExpired!({ now: 5, limit: 9 })
    await store.delete(id)
    await store.deleteUser(userId)

    const { activePeriodExpiresAt, idlePeriodExpiresAt } = record
    expect(sent).toEqual([
      [statements.createUser, [userId, '{"name":"Ada"}']],
      [statements.insert, insertValues({ ...record, attributes: JSON.stringify(attributes) })],
      [statements.read, [id]],
      [statements.renew, [activePeriodExpiresAt, idlePeriodExpiresAt, id]],
      [statements.update, [...mergeValues({ device: 'phone', seen: undefined }), id]],
      [statements.listByUser, [userId]],
      [statements.readUser, [userId]],
      [statements.updateUser, [...mergeValues({ note: null }), userId]],
      [statements.deleteByUser, [userId, id]],
      [statements.deleteExpired, [5, 9]],
      [statements.delete, [id]],
      [statements.deleteUser, [userId]],
    ])
    db.close()
  })

  it('has rows that become records', async () => {
    const db = new DatabaseSync(':memory:')
    for (const statement of tables) db.exec(statement)
    const all = (text: string, values: readonly (string | number | null)[]) =>
      db.prepare(text).all(...values) as never
    const user = { id: 'ada', attributes: { name: 'Ada' } }
    all(statements.createUser, [user.id, JSON.stringify(user.attributes)])
    const record = {
      id: 'a',
      userId: 'ada',
      secretHash: 'h',
      createdAt: 1,
      activePeriodExpiresAt: 2,
      idlePeriodExpiresAt: 3,
      attributes: { device: 'phone' },
    }
    const values = insertValues({ ...record, attributes: JSON.stringify(record.attributes) })
    expect(userIn('ada', all(statements.insert, values))).toEqual(user)
    expect(userIn('eve', all(statements.readUser, ['eve']))).toBeNull()
    const [row] = all(statements.read, ['a']) as never[]
    expect(foundIn(row!)).toEqual({ session: record, user })
    db.close()
  })
})
