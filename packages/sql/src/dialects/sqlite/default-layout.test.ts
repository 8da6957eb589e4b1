import { DatabaseSync } from 'node:sqlite'
import { type CaseSession, type CaseUser, recordsFor } from '@limen/conformance'
import { describe, expect, it } from 'vitest'
import { type SqlDriver, migrations, nodeSqlite, sqlStore } from '../../index.ts'
import { resolvedLayout } from '../../resolved-layout.ts'
import type { Statement } from '../../sql.ts'
import { statementsOver } from '../../statements.ts'
import * as sqliteText from '../../sqlite.ts'
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

/** The module with the tables and the indexes. */
function schemaModule(): string {
  const listOf = (created: string) =>
    migrations('sqlite')
      .filter((statement) => statement.startsWith(`create ${created}`))
      .map((statement) => `  \`${statement}\`,\n`)
      .join('')
  return `/** The tables of the default layout in SQLite. Generated: the test beside this file writes it with \`-u\`. */

/** Create the tables. Times are milliseconds since the epoch. */
export const tables: readonly string[] = [
${listOf('table')}]

/** Create the indexes. */
export const indexes: readonly string[] = [
${listOf('index')}]
`
}

/** The module with the statement of each call. */
function statementsModule(): string {
  const build = statementsOver(resolvedLayout('sqlite'), sqlite)
  const built: Record<string, Statement> = {
    READ: build.read('sessionId'),
    INSERT: build.insert(session),
    RENEW: build.renew('sessionId', session),
    UPDATE: build.update('sessionId', { name: 1 }),
    DELETE: build.delete('sessionId'),
    DELETE_BY_USER: build.deleteByUser('userId', 'except'),
    LIST_BY_USER: build.listByUser('userId'),
    DELETE_EXPIRED: build.deleteExpired('now' as never, 'limit' as never),
    CREATE_USER: build.createUser('userId', {}),
    READ_USER: build.readUser('userId'),
    UPDATE_USER: build.updateUser('userId', { name: 1 }),
    DELETE_USER: build.deleteUser('userId'),
  }
  const named: Readonly<Record<string, string>> = {
    '{}': 'attributes',
    '{"name":null}': 'removal',
    '{"name":1}': 'attributes',
  }
  const exported = Object.entries(built).map(
    ([call, { text, values }]) =>
      `/** Values: ${values.map((value) => named[`${value}`] ?? value).join(', ')}. */\nexport const ${call}: string = \`${text}\`\n`,
  )
  return `/** The statements of the default layout in SQLite. Generated: the test beside this file writes it with \`-u\`. */

${exported.join('\n')}`
}

const { foundIn, indexes, insertValues, mergeValues, tables, userIn } = sqliteText

describe('the default layout in SQLite', () => {
  // To write the file again: vitest run --config vitest.workspace.ts --project sql default-layout -u
  it('is the same text for sqlStore(), for d1Store() and in Durable Objects', async () => {
    await expect(schemaModule()).toMatchFileSnapshot('./default-schema.ts')
    await expect(statementsModule()).toMatchFileSnapshot('./default-statements.ts')
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
      [sqliteText.CREATE_USER, [userId, '{"name":"Ada"}']],
      [sqliteText.INSERT, insertValues(record, JSON.stringify(attributes))],
      [sqliteText.READ, [id]],
      [sqliteText.RENEW, [activePeriodExpiresAt, idlePeriodExpiresAt, id]],
      [sqliteText.UPDATE, [...mergeValues({ device: 'phone', seen: undefined }), id]],
      [sqliteText.LIST_BY_USER, [userId]],
      [sqliteText.READ_USER, [userId]],
      [sqliteText.UPDATE_USER, [...mergeValues({ note: null }), userId]],
      [sqliteText.DELETE_BY_USER, [userId, id]],
      [sqliteText.DELETE_EXPIRED, [5, 9]],
      [sqliteText.DELETE, [id]],
      [sqliteText.DELETE_USER, [userId]],
    ])
    db.close()
  })

  it('has rows that become records', async () => {
    const db = new DatabaseSync(':memory:')
    for (const statement of tables) db.exec(statement)
    const all = (text: string, values: readonly (string | number | null)[]) =>
      db.prepare(text).all(...values) as never
    const user = { id: 'ada', attributes: { name: 'Ada' } }
    all(sqliteText.CREATE_USER, [user.id, JSON.stringify(user.attributes)])
    const record = {
      id: 'a',
      userId: 'ada',
      secretHash: 'h',
      createdAt: 1,
      activePeriodExpiresAt: 2,
      idlePeriodExpiresAt: 3,
      attributes: { device: 'phone' },
    }
    const values = insertValues(record, JSON.stringify(record.attributes))
    expect(userIn('ada', all(sqliteText.INSERT, values))).toEqual(user)
    expect(userIn('eve', all(sqliteText.READ_USER, ['eve']))).toBeNull()
    const [row] = all(sqliteText.READ, ['a']) as never[]
    expect(foundIn(row!)).toEqual({ session: record, user })
    db.close()
  })
})
