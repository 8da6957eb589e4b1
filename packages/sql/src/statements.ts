/** The statement of each call of the store. */
import type { Deadlines, SessionAndUser, SessionRecord, UserRecord } from '@limen/core'
import { type Assignment, storedAttributes } from './attributes.ts'
import { dialects } from './dialect.ts'
import type { SqlDialect, SqlRow } from './driver.ts'
import type { SettledLayout } from './layout.ts'
import { Slot, type Sql, type Statement, list, raw, rendered, sql, template } from './sql.ts'

/** The statements over one layout, and what they return. */
export interface Statements {
  read(sessionId: string): Statement
  insert(session: SessionRecord<unknown>): Statement
  renew(sessionId: string, deadlines: Deadlines): Statement
  update(sessionId: string, attributes: object): Statement
  delete(sessionId: string): Statement
  deleteByUser(userId: string, except: string): Statement
  listByUser(userId: string): Statement
  deleteExpired(now: number, limit: number): Statement
  createUser(id: string, attributes: object): Statement
  readUser(userId: string): Statement
  updateUser(userId: string, attributes: object): Statement
  deleteUser(userId: string): Statement
  /** What a row of `read` or `listByUser` says. */
  foundOf(row: SqlRow): SessionAndUser<unknown, unknown>
  /** What a row of `insert` or `readUser` says of the user with that id. */
  userOf(userId: string, row: SqlRow): UserRecord<unknown>
}

/** The statements of a dialect over a layout. */
export function statementsOf(dialectName: SqlDialect, layout: SettledLayout): Statements {
  const dialect = dialects[dialectName]
  const session = storedAttributes('session', layout.session.attributes, dialect)
  const user = storedAttributes('user', layout.user.attributes, dialect)

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

  // `foundOf` takes the columns in this order.
  const columns = [
    `${dialect.id(`s.${id}`)} as session`,
    `${dialect.id(`s.${owner}`)} as owner`,
    `s.${hash} as hash`,
    `${dialect.time(`s.${created}`)} as created`,
    `${dialect.time(`s.${active}`)} as active`,
    `${dialect.time(`s.${idle}`)} as idle`,
    `${session.text('s')} as about`,
    `${dialect.id(`u.${theUser}`)} as person`,
    `${user.text('u')} as profile`,
  ]
  const selectBoth = `select ${columns.join(', ')} from ${sessions} as s join ${users} as u on u.${theUser} = s.${owner} where `
  const selectUser = `select ${user.text('u')} as profile from ${users} as u where `
  const later = (column: string, deadline: Slot) =>
    sql`${raw(`${column} = ${dialect.larger}(${column}, `)}${deadline}${raw(')')}`

  const equals = (column: string, value: Sql) => sql`${raw(`${column} = `)}${value}`
  // Limen's own column compares byte by byte.
  const isOwnColumn = layout.user.idType === undefined && !layout.user.attributes.columns
  const isUser = (column: string, userId: Sql) =>
    isOwnColumn
      ? equals(column, userId)
      : sql`${equals(column, userId)}${raw(' and ')}${dialect.isText(column, userId)}`
  const foundUser = (userId: Sql) => sql`${raw(selectUser)}${isUser(`u.${theUser}`, userId)}`
  const merge = (table: string, key: string, where: Sql, given: readonly Assignment[]) => {
    const changes = given.map(([column, value]) => equals(column, value))
    const none = raw(`${key} = ${key}`)
    return sql`${raw(`update ${table} set `)}${changes.length > 0 ? list(changes) : none}${raw(' where ')}${where}`
  }

  const theSession = sql`${new Slot('sessionId')}`
  const userId = sql`${new Slot('userId')}`
  const read = template<'sessionId'>(
    sql`${raw(selectBoth)}${equals(`s.${id}`, theSession)}${raw(dialect.uncached)}`,
    dialectName,
  )
  const listByUser = template<'userId'>(
    sql`${raw(selectBoth)}${isUser(`s.${owner}`, userId)}${raw(`${dialect.uncached} order by s.${created}`)}`,
    dialectName,
  )
  const readUser = template<'userId'>(
    sql`${foundUser(userId)}${raw(dialect.uncached)}`,
    dialectName,
  )
  const renew = template<'sessionId' | keyof Deadlines>(
    sql`${raw(`update ${sessions} set `)}${later(active, new Slot('activePeriodExpiresAt'))}${raw(', ')}${later(idle, new Slot('idlePeriodExpiresAt'))}${raw(' where ')}${equals(id, theSession)}`,
    dialectName,
  )
  const remove = template<'sessionId'>(
    sql`${raw(`delete from ${sessions} where `)}${equals(id, theSession)}`,
    dialectName,
  )
  const deleteByUser = template<'userId' | 'except'>(
    sql`${raw(`delete from ${sessions} where `)}${isUser(owner, userId)}${raw(` and ${id} <> `)}${new Slot('except')}`,
    dialectName,
  )
  const deleteUser = template<'userId'>(
    sql`${raw(`delete from ${users} where `)}${isUser(theUser, userId)}`,
    dialectName,
  )

  return {
    read: (sessionId) => read({ sessionId }),
    renew: (sessionId, { activePeriodExpiresAt, idlePeriodExpiresAt }) =>
      renew({ sessionId, activePeriodExpiresAt, idlePeriodExpiresAt }),
    delete: (sessionId) => remove({ sessionId }),
    deleteByUser: (userId, except) => deleteByUser({ userId, except }),
    listByUser: (userId) => listByUser({ userId }),
    readUser: (userId) => readUser({ userId }),
    deleteUser: (userId) => deleteUser({ userId }),

    insert(record) {
      const { given, isRare } = session.created(record.attributes as object)
      const columns = [id, owner, hash, created, active, idle, ...given.map(([name]) => name)]
      const values = [
        sql`${record.id}`,
        raw(`u.${theUser}`),
        sql`${record.secretHash}`,
        sql`${record.createdAt}`,
        sql`${record.activePeriodExpiresAt}`,
        sql`${record.idlePeriodExpiresAt}`,
        ...given.map(([, value]) => value),
      ]
      const theOwner = sql`${record.userId}`
      const inserted = sql`${raw(`insert into ${sessions} (${columns.join(', ')}) select `)}${list(values)}${raw(` from ${users} as u where `)}${isUser(`u.${theUser}`, theOwner)}${raw(dialect.lock)}`
      const statement = dialect.returning
        ? sql`${inserted} returning (${foundUser(theOwner)}) as profile`
        : inserted
      return rendered(statement, dialectName, isRare)
    },

    update(sessionId, attributes) {
      const { given, isRare } = session.changed(attributes)
      const statement = merge(sessions, id, equals(id, sql`${sessionId}`), given)
      return rendered(statement, dialectName, isRare)
    },

    // In MySQL, the limit is a part of the text.
    deleteExpired: (now, limit) =>
      rendered(
        sql`${raw(`delete from ${sessions} where `)}${dialect.expired(sessions, id, idle, now, limit)}`,
        dialectName,
        dialectName === 'mysql' || dialectName === 'mariadb',
      ),

    createUser(userId, attributes) {
      const { given, isRare } = user.created(attributes)
      const all = [[theUser, sql`${userId}`] as const, ...given]
      const columns = all.map(([column]) => column).join(', ')
      const statement = sql`${raw(`insert into ${users} (${columns}) values (`)}${list(all.map(([, value]) => value))}${raw(`)${dialect.unlessTaken(theUser)}`)}`
      return rendered(statement, dialectName, isRare)
    },

    updateUser(userId, attributes) {
      const { given, isRare } = user.changed(attributes)
      const statement = merge(users, theUser, isUser(theUser, sql`${userId}`), given)
      return rendered(statement, dialectName, isRare)
    },

    foundOf(row) {
      const [
        sessionId,
        owner,
        secretHash,
        createdAt,
        activeUntil,
        idleUntil,
        about,
        person,
        profile,
      ] = Object.values(row)
      return {
        session: {
          id: sessionId as string,
          userId: owner as string,
          secretHash: secretHash as string,
          createdAt: Number(createdAt),
          activePeriodExpiresAt: Number(activeUntil),
          idlePeriodExpiresAt: Number(idleUntil),
          attributes: session.parsed(about),
        },
        user: { id: person as string, attributes: user.parsed(profile) },
      }
    },

    userOf: (userId, row) => ({ id: userId, attributes: user.parsed(Object.values(row)[0]) }),
  }
}
