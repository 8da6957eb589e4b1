/** The statements over Lucia's tables. */
import type {
  Deadlines,
  InsertOptions,
  SessionAndUser,
  SessionLimit,
  SessionRecord,
} from '@limen/core'
import type { SqlRow } from '@limen/sql'
import {
  type Dialect,
  type Sql,
  type Statement,
  list,
  namesIn,
  raw,
  rendered,
  sql,
  storedAttributes,
  value,
} from '@limen/sql/sql-kit'
import type { LuciaSessions, LuciaTables } from './tables.ts'
import { laterTime } from './time-types.ts'

/** A session of Lucia's, without the hash of its secret: the id is the secret. */
export type LuciaSession = Omit<SessionRecord<unknown>, 'secretHash'>

/** The statements over Lucia's tables. */
export interface LuciaStatements {
  read(id: string): Statement
  insert(session: LuciaSession, options: InsertOptions): Statement
  /** Reads whether there is such a user, and locks it where the engine has several writers. */
  lockUser(userId: string): Statement
  deleteReplaced(replaces: string, id: string): Statement
  deleteOldest(session: LuciaSession, limit: SessionLimit): Statement
  renew(id: string, deadlines: Deadlines): Statement
  update(id: string, attributes: object): Statement
  delete(id: string): Statement
  /** Reads a session, and the one in Limen's table that took the place of it. */
  readBoth(id: string, movedId: string): Statement
  deleteByUser(userId: string, except: string): Statement
  deleteExpired(now: number, limit: number): Statement
  listByUser(userId: string): Statement
  /** At most `limit` sessions that have not expired. */
  listValid(now: number, limit: number): Statement
  /** Locks a session, where the engine has several writers. */
  lock(id: string): Statement | undefined
  /** Inserts a session into Limen's table if Lucia's has the session `id`, and Limen's does not. */
  move(id: string, session: SessionRecord<unknown>): Statement
  foundIn(row: SqlRow): FoundLuciaSession
  /** What `readBoth` found: no session where it is `null`. */
  bothIn(row: SqlRow): BothSessions
  /** What other statements over the table are built from. */
  readonly parts: {
    readonly select: Sql
    readonly sessions: Sql
    readonly key: string
    /** Ends the conditions of a query that no proxy may cache. */
    readonly uncached: string
    readonly isOwner: (userId: string) => Sql
    readonly render: (statement: Sql) => Statement
  }
}

/** A session of Lucia's, and the attributes of the one that took the place of it. */
export interface BothSessions {
  readonly found: FoundLuciaSession | null
  readonly movedAttributes: unknown
}

/** A session of Lucia's, with its user. */
export interface FoundLuciaSession {
  readonly session: LuciaSession
  readonly user: SessionAndUser<unknown, unknown>['user']
  /** The hash of the secret, as hexadecimal digits; `null` in Lucia's own tables. */
  readonly secretHash: string | null
}

/** Builds the statements of a dialect. */
export function luciaStatements(
  tables: LuciaTables,
  theirs: LuciaSessions,
  dialect: Dialect,
): LuciaStatements {
  const { resolved, periods } = tables
  const { lockFirst, uncached } = dialect.statements
  const names = namesIn(dialect)
  const column = (name: string) => dialect.names.quoted(name)
  const attributes = storedAttributes('session', theirs.attributes, dialect)
  const userAttributes = storedAttributes('user', resolved.user.attributes, dialect)
  // Limen's own attributes are JSON.
  const newAttributes = storedAttributes('session', resolved.session.attributes, dialect)

  const users = raw(names.table(resolved.user.table))
  const newSessions = raw(names.table(resolved.session.table))
  const sessions = raw(names.table(theirs.table))
  const userKey = column(resolved.user.id)
  const key = column(theirs.id)
  const owner = column(theirs.userId)
  const idle = column(theirs.idleExpires)
  const active = theirs.activeExpires === undefined ? undefined : column(theirs.activeExpires)
  const { read: timeIn, write: time } = theirs.time

  const isText = (id: string, given: string) => isId(id, given, dialect)
  const isUser = (userId: string) => isText(`u.${userKey}`, userId)
  const isSession = (id: string) => isText(key, id)
  const render = (statement: Sql, once = false) => rendered(statement, dialect, once)
  const foundIn = (row: SqlRow): FoundLuciaSession => {
    const [id, ownerId, idleEnd, activeEnd, own, ownerAttributes, hash] = Object.values(row)
    const idlePeriodExpiresAt = Number(idleEnd)
    const activePeriodExpiresAt =
      activeEnd == null ? idlePeriodExpiresAt - periods.idlePeriod : Number(activeEnd)
    const user = {
      id: `${ownerId as string}`,
      attributes: userAttributes.parsed(ownerAttributes),
    }
    const session = {
      id: id as string,
      userId: user.id,
      // Lucia stores no time of creation. It was no later than the last renewal.
      createdAt: activePeriodExpiresAt - periods.activePeriod,
      activePeriodExpiresAt,
      idlePeriodExpiresAt,
      attributes: attributes.parsed(own),
    }
    return { session, user, secretHash: hash as string | null }
  }

  // `foundIn` reads the columns in this order.
  const idText = (name: string) => dialect.columns.id(name, false)
  const { secretHash } = theirs
  const columns = [
    `${idText(`s.${key}`)} as id`,
    `${idText(`u.${userKey}`)} as owner`,
    `${timeIn(`s.${idle}`)} as idle`,
    `${active === undefined ? 'null' : timeIn(`s.${active}`)} as active`,
    `${attributes.text('s')} as attributes`,
    `${userAttributes.text('u')} as owner_attributes`,
    `${secretHash ? secretHash.read(`s.${column(secretHash.column)}`) : 'null'} as secret_hash`,
  ]
  const joined = sql`
    from ${sessions} as s
    join ${users} as u on ${raw(`u.${userKey}`)} = ${raw(`s.${owner}`)}
  `
  const select = sql`
    select
      ${list(columns.map(raw), ',\n')}
    ${joined}
  `
  const isLive = (now: number) => sql`${raw(timeIn(idle))} > ${value(now)}`

  return {
    read: (id) =>
      render(sql`
        ${select}
        where ${isText(`s.${key}`, id)}${raw(uncached)}
      `),

    // In one statement: a session that is moved in between is found in one of the two tables.
    readBoth: (id, movedId) =>
      render(sql`
        select
          ${list([...columns, `${newAttributes.text('m')} as moved`].map(raw), ',\n')}
        from (select 1 as one) as o
        left join ${sessions} as s on ${isText(`s.${key}`, id)}
        left join ${users} as u on ${raw(`u.${userKey}`)} = ${raw(`s.${owner}`)}
        left join ${newSessions} as m on ${isText(`m.${names.column(resolved.session.id)}`, movedId)}
        where o.one = 1${raw(uncached)}
      `),

    insert(session, { replaces, limit }) {
      const { given, isRare } = attributes.created(session.attributes as object)
      const { activePeriodExpiresAt, idlePeriodExpiresAt } = session
      const assigned: (readonly [string, Sql])[] = [
        [key, sql`${value(session.id)}`],
        [owner, raw(`u.${userKey}`)],
        [idle, time(idlePeriodExpiresAt)],
        ...(active === undefined ? [] : [[active, time(activePeriodExpiresAt)] as const]),
        ...given,
      ]
      const isOwner = isText(owner, session.userId)
      const others = replaces === undefined ? sql`` : sql` and ${raw(key)} <> ${value(replaces)}`
      const hasReplaced = sql`
        and exists (
          select 1
          from ${sessions}
          where ${isSession(replaces ?? '')}
        )
      `
      const isBelowLimit = sql`
        and (
          select count(*)
          from ${sessions}
          where ${isOwner} and ${isLive(limit?.now ?? 0)}${others}
        ) < ${value(limit?.most)}
      `
      const inserted = sql`
        insert into ${sessions} (${list(assigned.map(([name]) => raw(name)))})
        select ${list(assigned.map(([, stored]) => stored))}
        from ${users} as u
        where ${isUser(session.userId)}
      `
      const lines = [
        inserted,
        ...(replaces === undefined ? [] : [hasReplaced]),
        ...(limit?.onLimit === 'refuse' ? [isBelowLimit] : []),
      ]
      return render(list(lines, '\n'), isRare)
    },

    lockUser: (userId) =>
      render(sql`
        select 1 as found
        from ${users} as u
        where ${isUser(userId)}${raw(uncached)}${lockFirst ? sql` ${raw(lockFirst.user)}` : sql``}
      `),

    deleteReplaced: (replaces, id) =>
      render(
        dialect.statements.deleteReplaced(
          sessions,
          raw(key),
          sql`${value(replaces)}`,
          sql`${value(id)}`,
        ),
      ),

    deleteOldest({ id, userId }, { most, now }) {
      const newestFirst = sql`
        select ${raw(key)}
        from ${sessions}
        where ${isText(owner, userId)} and ${raw(key)} <> ${value(id)} and ${isLive(now)}
        order by ${raw(idle)} desc
      `
      const stored = sql`${value(id)}`
      const { deleteOldest } = dialect.statements
      return render(deleteOldest(sessions, raw(key), newestFirst, most - 1, stored))
    },

    renew(id, { activePeriodExpiresAt, idlePeriodExpiresAt }) {
      const later = (name: string, ms: number) =>
        sql`${raw(name)} = ${laterTime(name, ms, theirs.time)}`
      const changes = [
        later(idle, idlePeriodExpiresAt),
        ...(active === undefined ? [] : [later(active, activePeriodExpiresAt)]),
      ]
      return render(sql`
        update ${sessions}
        set ${list(changes)}
        where ${isSession(id)}
      `)
    },

    update(id, changed) {
      const { given, isRare } = attributes.changed(changed)
      const changes = given.map(([name, assigned]) => sql`${raw(name)} = ${assigned}`)
      const unchanged = sql`${raw(key)} = ${raw(key)}`
      const statement = sql`
        update ${sessions}
        set ${changes.length > 0 ? list(changes) : unchanged}
        where ${isSession(id)}
      `
      return render(statement, isRare)
    },

    delete: (id) =>
      render(sql`
        delete from ${sessions}
        where ${isSession(id)}
      `),

    deleteByUser: (userId, except) =>
      render(sql`
        delete from ${sessions}
        where ${isText(owner, userId)} and ${raw(key)} <> ${value(except)}
      `),

    deleteExpired(now, limit) {
      const { expired, limitIsText } = dialect.statements
      const statement = sql`
        delete from ${sessions}
        where ${expired(names.table(theirs.table), key, timeIn(idle), now, limit)}
      `
      return render(statement, limitIsText)
    },

    listByUser: (userId) =>
      render(sql`
        ${select}
        where ${isText(`s.${owner}`, userId)}${raw(uncached)}
        order by ${raw(`s.${idle}`)}
      `),

    listValid: (now, limit) =>
      render(
        sql`
          ${select}
          where ${raw(timeIn(`s.${idle}`))} > ${value(now)}${raw(uncached)}
          limit ${raw(String(Math.trunc(limit)))}
        `,
        true,
      ),

    lock: (id) =>
      lockFirst &&
      render(sql`
        select 1 as found
        from ${sessions}
        where ${isSession(id)}
        for update
      `),

    move(id, session) {
      const own = resolved.session
      const table = newSessions
      const name = (written: string) => raw(names.column(written))
      const { given } = newAttributes.created(session.attributes as object)
      const assigned = [
        [name(own.id), sql`${value(session.id)}`],
        [name(own.userId), raw(`u.${userKey}`)],
        [name(own.secretHash), sql`${value(session.secretHash)}`],
        [name(own.createdAt), sql`${value(session.createdAt)}`],
        [name(own.activePeriodExpiresAt), sql`${value(session.activePeriodExpiresAt)}`],
        [name(own.idlePeriodExpiresAt), sql`${value(session.idlePeriodExpiresAt)}`],
        ...given.map(([written, stored]) => [raw(written), stored] as const),
      ] as const
      const unlessTaken = dialect.statements.unlessTaken(names.column(own.id))
      const ownId = sql`${table}.${name(own.id)}`
      return render(sql`
        insert into ${table} (${list(assigned.map(([written]) => written))})
        select ${list(assigned.map(([, stored]) => stored))}
        ${joined}
        where ${isText(`s.${key}`, id)}
        ${unlessTaken === '' ? sql`on duplicate key update ${ownId} = ${ownId}` : raw(unlessTaken)}
      `)
    },

    foundIn,

    bothIn(row) {
      // A session without a user is none.
      const [, ownerId] = Object.values(row)
      const moved = Object.values(row).at(-1)
      return {
        found: ownerId == null ? null : foundIn(row),
        movedAttributes: moved == null ? null : newAttributes.parsed(moved),
      }
    },

    parts: { select, sessions, key, uncached, isOwner: (userId) => isText(owner, userId), render },
  }
}

/** Deletes the keys of a user; undefined where there is no table of keys. */
export function deleteKeys(
  { keys }: LuciaTables,
  dialect: Dialect,
  userId: string,
): Statement | undefined {
  if (!keys) return undefined
  const statement = sql`
    delete from ${raw(namesIn(dialect).table(keys.table))}
    where ${isId(dialect.names.quoted(keys.userId), userId, dialect)}
  `
  return rendered(statement, dialect)
}

/** The first comparison uses the index, but a column can equate ids such as `ada` and `ADA`. */
function isId(column: string, id: string, { columns }: Dialect): Sql {
  return sql`${raw(column)} = ${value(id)} and ${columns.isText(raw(column), sql`${value(id)}`)}`
}
