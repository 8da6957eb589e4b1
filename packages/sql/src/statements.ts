/** The statement of each call of the store. */
import type { Deadlines, SessionRecord } from '@limen/core'
import { type Assignment, type KeptAttributes, keptAttributes } from './attributes.ts'
import { dialects } from './dialect.ts'
import type { SqlDialect } from './driver.ts'
import type { SettledLayout } from './layout.ts'
import { type Sql, list, raw, sql } from './sql.ts'

/** The statements over one layout. Those that read give one column, `found`: JSON under the names of the core's records. */
export interface Statements {
  /** How the attributes of sessions are kept. */
  readonly session: KeptAttributes
  /** How the attributes of users are kept. */
  readonly user: KeptAttributes
  read(sessionId: string): Sql
  insert(session: SessionRecord<unknown>): Sql
  renew(sessionId: string, deadlines: Deadlines): Sql
  update(sessionId: string, attributes: object): Sql
  delete(sessionId: string): Sql
  deleteByUser(userId: string, except: string): Sql
  listByUser(userId: string): Sql
  deleteExpired(now: number, limit: number): Sql
  createUser(id: string, attributes: object): Sql
  readUser(userId: string): Sql
  updateUser(userId: string, attributes: object): Sql
  deleteUser(userId: string): Sql
}

/** The statements of a dialect over a layout. */
export function statementsOf(dialectName: SqlDialect, layout: SettledLayout): Statements {
  const dialect = dialects[dialectName]
  const session = keptAttributes('session', layout.session.attributes, dialect)
  const user = keptAttributes('user', layout.user.attributes, dialect)

  const table = (name: string) => name.split('.').map(dialect.name).join('.')
  const [users, sessions] = [table(layout.user.table), table(layout.session.table)]
  const theUser = dialect.name(layout.user.id)
  const [id, owner, hash, created, active, idle] = [
    dialect.name(layout.session.id),
    dialect.name(layout.session.userId),
    dialect.name(layout.session.secretHash),
    dialect.name(layout.session.createdAt),
    dialect.name(layout.session.activePeriodExpiresAt),
    dialect.name(layout.session.idlePeriodExpiresAt),
  ] as const

  const userJson = `${dialect.object}('id', ${dialect.id(`u.${theUser}`)}, 'attributes', ${user.json('u')})`
  const sessionJson =
    `${dialect.object}('id', ${dialect.id(`s.${id}`)}, 'userId', ${dialect.id(`s.${owner}`)}, ` +
    `'secretHash', ${dialect.id(`s.${hash}`)}, 'createdAt', s.${created}, ` +
    `'activePeriodExpiresAt', s.${active}, 'idlePeriodExpiresAt', s.${idle}, ` +
    `'attributes', ${session.json('s')})`
  const bothJson = `${dialect.object}('session', ${sessionJson}, 'user', ${userJson})`
  const selectUser = `select ${dialect.text(userJson)} as found from ${users} as u where `
  const selectBoth = `select ${dialect.text(bothJson)} as found from ${sessions} as s join ${users} as u on u.${theUser} = s.${owner} where `
  const later = (column: string) => `${column} = ${dialect.larger}(${column}, `

  const equals = (column: string, value: string) => sql`${raw(`${column} = `)}${value}`
  // Limen's own column compares byte by byte.
  const isOwnColumn = layout.user.idType === undefined && !layout.user.attributes.columns
  const isUser = (column: string, userId: string) =>
    isOwnColumn
      ? equals(column, userId)
      : sql`${equals(column, userId)}${raw(' and ')}${dialect.isText(column, userId)}`
  const foundUser = (userId: string) => sql`${raw(selectUser)}${isUser(`u.${theUser}`, userId)}`
  const merge = (table: string, key: string, where: Sql, given: readonly Assignment[]) => {
    const changes = given.map(([column, value]) => sql`${raw(`${column} = `)}${value}`)
    const none = raw(`${key} = ${key}`)
    return sql`${raw(`update ${table} set `)}${changes.length > 0 ? list(changes) : none}${raw(' where ')}${where}`
  }

  return {
    session,
    user,

    read: (sessionId) =>
      sql`${raw(selectBoth)}${equals(`s.${id}`, sessionId)}${raw(dialect.uncached)}`,

    insert(record) {
      const attributes = session.created(record.attributes as object)
      const columns = [id, owner, hash, created, active, idle, ...attributes.map(([name]) => name)]
      const values = [
        sql`${record.id}`,
        raw(`u.${theUser}`),
        sql`${record.secretHash}`,
        sql`${record.createdAt}`,
        sql`${record.activePeriodExpiresAt}`,
        sql`${record.idlePeriodExpiresAt}`,
        ...attributes.map(([, value]) => value),
      ]
      const inserted = sql`${raw(`insert into ${sessions} (${columns.join(', ')}) select `)}${list(values)}${raw(` from ${users} as u where `)}${isUser(`u.${theUser}`, record.userId)}${raw(dialect.lock)}`
      return dialect.returning
        ? sql`${inserted} returning (${foundUser(record.userId)}) as found`
        : inserted
    },

    renew: (sessionId, { activePeriodExpiresAt, idlePeriodExpiresAt }) =>
      sql`${raw(`update ${sessions} set ${later(active)}`)}${activePeriodExpiresAt}${raw(`), ${later(idle)}`)}${idlePeriodExpiresAt}${raw(`) where ${id} = `)}${sessionId}`,

    update: (sessionId, attributes) =>
      merge(sessions, id, equals(id, sessionId), session.changed(attributes)),

    delete: (sessionId) => sql`${raw(`delete from ${sessions} where ${id} = `)}${sessionId}`,

    deleteByUser: (userId, except) =>
      sql`${raw(`delete from ${sessions} where `)}${isUser(owner, userId)}${raw(` and ${id} <> `)}${except}`,

    listByUser: (userId) =>
      sql`${raw(selectBoth)}${isUser(`s.${owner}`, userId)}${raw(`${dialect.uncached} order by s.${created}`)}`,

    deleteExpired: (now, limit) =>
      sql`${raw(`delete from ${sessions} where `)}${dialect.expired(sessions, id, idle, now, limit)}`,

    createUser(userId, attributes) {
      const given = [[theUser, sql`${userId}`] as const, ...user.created(attributes)]
      const columns = given.map(([column]) => column).join(', ')
      return sql`${raw(`insert into ${users} (${columns}) values (`)}${list(given.map(([, value]) => value))}${raw(`)${dialect.unlessTaken(theUser)}`)}`
    },

    readUser: (userId) => sql`${foundUser(userId)}${raw(dialect.uncached)}`,

    updateUser: (userId, attributes) =>
      merge(users, theUser, isUser(theUser, userId), user.changed(attributes)),

    deleteUser: (userId) => sql`${raw(`delete from ${users} where `)}${isUser(theUser, userId)}`,
  }
}
