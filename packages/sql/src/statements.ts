/** The statement of each call of the store. */
import type {
  Deadlines,
  InsertOptions,
  SessionAndUser,
  SessionLimit,
  SessionRecord,
  UserRecord,
} from '@limen/core'
import { type Assignment, storedAttributes } from './attributes.ts'
import type { Dialect } from './dialects/dialect.ts'
import type { SqlRow } from './driver.ts'
import { namesIn } from './names.ts'
import { type ResolvedLayout, comparesBytes } from './resolved-layout.ts'
import { type Sql, type Statement, list, raw, rendered, slot, sql, template, value } from './sql.ts'

/** The statements over one layout, and what their rows hold. */
export interface StoreStatements {
  read(sessionId: string): Statement
  /** Inserts a session where its user exists, the one that it replaces too, and the limit allows it. */
  insert(session: SessionRecord<unknown>, options?: InsertOptions): Statement
  /** Reads the user where the session to replace exists too; locks both where the engine needs it. */
  findUser(userId: string, replaces?: string): Statement
  /** Deletes the replaced session, if the new one is stored. */
  deleteReplaced(replaces: string, sessionId: string): Statement
  /** Deletes the oldest sessions above the limit, if the new one is stored. */
  deleteOldest(session: SessionRecord<unknown>, limit: SessionLimit): Statement
  renew(sessionId: string, deadlines: Deadlines): Statement
  update(sessionId: string, attributes: object): Statement
  delete(sessionId: string): Statement
  /** Locks the row of a user; undefined where one writer is at a time. */
  readonly lockUser?: ((userId: string) => Statement) | undefined
  deleteByUser(userId: string, except: string): Statement
  listByUser(userId: string): Statement
  deleteExpired(now: number, limit: number): Statement
  createUser(id: string, attributes: object): Statement
  readUser(userId: string): Statement
  updateUser(userId: string, attributes: object): Statement
  deleteUser(userId: string): Statement
  /** The record in a row of `read` or `listByUser`. */
  foundIn(row: SqlRow): SessionAndUser<unknown, unknown>
  /** The user with that id in a row of `insert`, `findUser` or `readUser`. */
  userIn(userId: string, row: SqlRow): UserRecord<unknown>
}

/** Builds the statements of a dialect over a layout. */
export function statementsOver(layout: ResolvedLayout, dialect: Dialect): StoreStatements {
  const { larger, lock, lockFirst, uncached, returning, unlessTaken, expired, limitIsText } =
    dialect.statements
  const names = namesIn(dialect)
  const session = storedAttributes('session', layout.session.attributes, dialect)
  const user = storedAttributes('user', layout.user.attributes, dialect)

  const [users, sessions] = [
    raw(names.table(layout.user.table)),
    raw(names.table(layout.session.table)),
  ]
  const userKey = names.column(layout.user.id)
  const key = names.column(layout.session.id)
  const owner = names.column(layout.session.userId)
  const hash = names.column(layout.session.secretHash)
  const created = names.column(layout.session.createdAt)
  const active = names.column(layout.session.activePeriodExpiresAt)
  const idle = names.column(layout.session.idlePeriodExpiresAt)

  const usersCompareBytes = comparesBytes(layout, 'user')
  const ownersCompareBytes = comparesBytes(layout, 'session')
  // The first comparison uses the index, but a column can equate ids such as `ada` and `ADA`.
  const isId = (column: string, userId: Sql, comparesBytes: boolean) =>
    comparesBytes
      ? sql`${raw(column)} = ${userId}`
      : sql`${raw(column)} = ${userId} and ${dialect.columns.isText(raw(column), userId)}`
  const isUser = (column: string, userId: Sql) => isId(column, userId, usersCompareBytes)
  const isOwner = (column: string, userId: Sql) => isId(column, userId, ownersCompareBytes)

  // `foundIn` reads the columns in this order.
  const columns = [
    `${dialect.columns.id(`s.${key}`, true)} as id`,
    `${dialect.columns.id(`s.${owner}`, ownersCompareBytes)} as userId`,
    `s.${hash} as secretHash`,
    `${dialect.columns.time(`s.${created}`)} as createdAt`,
    `${dialect.columns.time(`s.${active}`)} as activePeriodExpiresAt`,
    `${dialect.columns.time(`s.${idle}`)} as idlePeriodExpiresAt`,
    `${session.text('s')} as attributes`,
    `${dialect.columns.id(`u.${userKey}`, usersCompareBytes)} as owner`,
    `${user.text('u')} as ownerAttributes`,
  ]
  const selectSessions = sql`
    select
      ${list(columns.map(raw), ',\n')}
    from ${sessions} as s
    join ${users} as u on ${raw(`u.${userKey}`)} = ${raw(`s.${owner}`)}
  `
  const selectUser = (userId: Sql) => sql`
    select ${raw(user.text('u'))} as ownerAttributes
    from ${users} as u
    where ${isUser(`u.${userKey}`, userId)}
  `
  const merge = (table: Sql, column: string, where: Sql, given: readonly Assignment[]) => {
    const changes = given.map(([name, assigned]) => sql`${raw(name)} = ${assigned}`)
    const unchanged = sql`${raw(column)} = ${raw(column)}`
    return sql`
      update ${table}
      set ${changes.length > 0 ? list(changes) : unchanged}
      where ${where}
    `
  }
  const later = (column: string, deadline: keyof Deadlines) =>
    sql`${raw(column)} = ${raw(larger)}(${raw(column)}, ${slot(deadline)})`

  const theSession = sql`${raw(key)} = ${slot('sessionId')}`
  const theUser = sql`${slot('userId')}`
  const read = template<'sessionId'>(
    sql`
      ${selectSessions}
      where s.${theSession}${raw(uncached)}
    `,
    dialect,
  )
  const listByUser = template<'userId'>(
    sql`
      ${selectSessions}
      where ${isOwner(`s.${owner}`, theUser)}${raw(uncached)}
      order by ${raw(`s.${created}`)}
    `,
    dialect,
  )
  const readUser = template<'userId'>(sql`${selectUser(theUser)}${raw(uncached)}`, dialect)
  const renew = template<'sessionId' | keyof Deadlines>(
    sql`
      update ${sessions}
      set
        ${later(active, 'activePeriodExpiresAt')},
        ${later(idle, 'idlePeriodExpiresAt')}
      where ${theSession}
    `,
    dialect,
  )
  const remove = template<'sessionId'>(
    sql`
      delete from ${sessions}
      where ${theSession}
    `,
    dialect,
  )
  const lockUser =
    lockFirst &&
    template<'userId'>(
      sql`
        select 1
        from ${users} as u
        where ${isUser(`u.${userKey}`, theUser)}${raw(uncached)}
        ${raw(lockFirst.user)}
      `,
      dialect,
    )
  const deleteByUser = template<'userId' | 'except'>(
    sql`
      delete from ${sessions}
      where ${isOwner(owner, theUser)} and ${raw(key)} <> ${slot('except')}
    `,
    dialect,
  )
  const deleteUser = template<'userId'>(
    sql`
      delete from ${users}
      where ${isUser(userKey, theUser)}
    `,
    dialect,
  )

  return {
    read: (sessionId) => read({ sessionId }),
    renew: (sessionId, { activePeriodExpiresAt, idlePeriodExpiresAt }) =>
      renew({ sessionId, activePeriodExpiresAt, idlePeriodExpiresAt }),
    delete: (sessionId) => remove({ sessionId }),
    lockUser: lockUser && ((userId) => lockUser({ userId })),
    deleteByUser: (userId, except) => deleteByUser({ userId, except }),
    listByUser: (userId) => listByUser({ userId }),
    readUser: (userId) => readUser({ userId }),
    deleteUser: (userId) => deleteUser({ userId }),

    findUser(userId, replaces) {
      const isReplaced = sql`join ${sessions} as s on s.${raw(key)} = ${value(replaces)}`
      const lines = [
        sql`
          select ${raw(user.text('u'))} as ownerAttributes
          from ${users} as u
        `,
        ...(replaces === undefined ? [] : [isReplaced]),
        sql`where ${isUser(`u.${userKey}`, sql`${value(userId)}`)}${raw(uncached)}`,
        ...(lockFirst
          ? [raw(replaces === undefined ? lockFirst.user : lockFirst.withSession)]
          : []),
      ]
      return rendered(list(lines, '\n'), dialect)
    },

    deleteReplaced: (replaces, sessionId) =>
      rendered(
        dialect.statements.deleteReplaced(
          sessions,
          raw(key),
          sql`${value(replaces)}`,
          sql`${value(sessionId)}`,
        ),
        dialect,
      ),

    deleteOldest({ id, userId }, { most, now }) {
      const newestFirst = sql`
        select ${raw(key)}
        from ${sessions}
        where ${isOwner(owner, sql`${value(userId)}`)} and ${raw(key)} <> ${value(id)} and ${raw(idle)} > ${value(now)}
        order by ${raw(created)} desc
      `
      const statement = dialect.statements.deleteOldest(
        sessions,
        raw(key),
        newestFirst,
        most - 1,
        sql`${value(id)}`,
      )
      return rendered(statement, dialect)
    },

    insert(record, { replaces, limit } = {}) {
      const { given, isRare } = session.created(record.attributes as object)
      const columns = [key, owner, hash, created, active, idle, ...given.map(([name]) => name)]
      const values = [
        value(record.id),
        raw(`u.${userKey}`),
        value(record.secretHash),
        value(record.createdAt),
        value(record.activePeriodExpiresAt),
        value(record.idlePeriodExpiresAt),
        ...given.map(([, assigned]) => assigned),
      ]
      const userId = sql`${value(record.userId)}`
      const inserted = sql`
        insert into ${sessions} (${list(columns.map(raw))})
        select ${list(values)}
        from ${users} as u
        where ${isUser(`u.${userKey}`, userId)}
      `
      const hasReplaced = sql`
        and exists (
          select 1
          from ${sessions}
          where ${raw(key)} = ${value(replaces)}
        )
      `
      const isCounted = replaces === undefined ? sql`` : sql` and ${raw(key)} <> ${value(replaces)}`
      const isBelowLimit = sql`
        and (
          select count(*)
          from ${sessions}
          where ${isOwner(owner, userId)} and ${raw(idle)} > ${value(limit?.now)}${isCounted}
        ) < ${value(limit?.most)}
      `
      const returned = sql`
        returning (
          ${selectUser(userId)}
        ) as ownerAttributes
      `
      const lines = [
        inserted,
        ...(replaces === undefined ? [] : [hasReplaced]),
        ...(limit?.onLimit === 'refuse' ? [isBelowLimit] : []),
        ...(lock ? [raw(lock)] : []),
        ...(returning ? [returned] : []),
      ]
      return rendered(list(lines, '\n'), dialect, isRare)
    },

    update(sessionId, attributes) {
      const { given, isRare } = session.changed(attributes)
      const where = sql`${raw(key)} = ${value(sessionId)}`
      return rendered(merge(sessions, key, where, given), dialect, isRare)
    },

    deleteExpired(now, limit) {
      const statement = sql`
        delete from ${sessions}
        where ${expired(names.table(layout.session.table), key, idle, now, limit)}
      `
      return rendered(statement, dialect, limitIsText)
    },

    createUser(userId, attributes) {
      const { given, isRare } = user.created(attributes)
      const columns = [userKey, ...given.map(([column]) => column)]
      const values = [value(userId), ...given.map(([, assigned]) => assigned)]
      const inserted = sql`
        insert into ${users} (${list(columns.map(raw))})
        values (${list(values)})
      `
      const clause = unlessTaken(userKey)
      return rendered(list([inserted, ...(clause ? [raw(clause)] : [])], '\n'), dialect, isRare)
    },

    updateUser(userId, attributes) {
      const { given, isRare } = user.changed(attributes)
      const where = isUser(userKey, sql`${value(userId)}`)
      return rendered(merge(users, userKey, where, given), dialect, isRare)
    },

    foundIn(row) {
      const [
        id,
        userId,
        secretHash,
        createdAt,
        activeUntil,
        idleUntil,
        attributes,
        ownerId,
        ownerAttributes,
      ] = Object.values(row)
      return {
        session: {
          id: id as string,
          userId: `${userId as string}`,
          secretHash: secretHash as string,
          createdAt: Number(createdAt),
          activePeriodExpiresAt: Number(activeUntil),
          idlePeriodExpiresAt: Number(idleUntil),
          attributes: session.parsed(attributes),
        },
        user: { id: `${ownerId as string}`, attributes: user.parsed(ownerAttributes) },
      }
    },

    userIn: (userId, row) => ({ id: userId, attributes: user.parsed(Object.values(row)[0]) }),
  }
}
