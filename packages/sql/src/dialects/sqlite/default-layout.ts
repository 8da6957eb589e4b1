/** The default layout in SQLite. Generated: the test beside this file writes it with `-u`. */

/** Create the tables. Times are milliseconds since the epoch. */
export const tables: readonly string[] = [
  `create table if not exists limen_user (
  id text primary key,
  attributes text not null check (json_valid(attributes))
) strict, without rowid`,
  `create table if not exists limen_session (
  id text primary key,
  user_id text not null references limen_user (id) on delete cascade,
  secret_hash text not null,
  created_at integer not null,
  active_expires_at integer not null,
  idle_expires_at integer not null,
  attributes text not null check (json_valid(attributes))
) strict, without rowid`,
]

/** Create the indexes. */
export const indexes: readonly string[] = [
  `create index if not exists limen_session_user on limen_session (user_id, created_at)`,
  `create index if not exists limen_session_expiry on limen_session (idle_expires_at)`,
]

/** The statements of each call. */
export const statements: Readonly<Record<StatementName, string>> = {
  /** Values: sessionId. */
  read: `select
  s.id as id,
  s.user_id as userId,
  s.secret_hash as secretHash,
  s.created_at as createdAt,
  s.active_expires_at as activePeriodExpiresAt,
  s.idle_expires_at as idlePeriodExpiresAt,
  s.attributes as attributes,
  u.id as owner,
  u.attributes as ownerAttributes
from limen_session as s
join limen_user as u on u.id = s.user_id
where s.id = ?`,

  /** Values: sessionId, secretHash, createdAt, activePeriodExpiresAt, idlePeriodExpiresAt, attributes, userId, userId. */
  insert: `insert into limen_session (id, user_id, secret_hash, created_at, active_expires_at, idle_expires_at, attributes)
select ?, u.id, ?, ?, ?, ?, ?
from limen_user as u
where u.id = ?
returning (
  select u.attributes as ownerAttributes
  from limen_user as u
  where u.id = ?
) as ownerAttributes`,

  /** Values: activePeriodExpiresAt, idlePeriodExpiresAt, sessionId. */
  renew: `update limen_session
set
  active_expires_at = max(active_expires_at, ?),
  idle_expires_at = max(idle_expires_at, ?)
where id = ?`,

  /** Values: removal, attributes, sessionId. */
  update: `update limen_session
set attributes = (
  select case
    when rest = '{}' then added
    when added = '{}' then rest
    else substr(rest, 1, length(rest) - 1) || ',' || substr(added, 2)
  end
  from (
    select
      json_patch(coalesce(attributes, '{}'), ?) as rest,
      ? as added
  )
)
where id = ?`,

  /** Values: sessionId. */
  delete: `delete from limen_session
where id = ?`,

  /** Values: userId, except. */
  deleteByUser: `delete from limen_session
where user_id = ? and id <> ?`,

  /** Values: userId. */
  listByUser: `select
  s.id as id,
  s.user_id as userId,
  s.secret_hash as secretHash,
  s.created_at as createdAt,
  s.active_expires_at as activePeriodExpiresAt,
  s.idle_expires_at as idlePeriodExpiresAt,
  s.attributes as attributes,
  u.id as owner,
  u.attributes as ownerAttributes
from limen_session as s
join limen_user as u on u.id = s.user_id
where s.user_id = ?
order by s.created_at`,

  /** Values: now, limit. */
  deleteExpired: `delete from limen_session
where id in (
  select id
  from limen_session
  where idle_expires_at <= ?
  order by idle_expires_at
  limit ?
)`,

  /** Values: userId, attributes. */
  createUser: `insert into limen_user (id, attributes)
values (?, ?)
on conflict (id) do nothing`,

  /** Values: userId. */
  readUser: `select u.attributes as ownerAttributes
from limen_user as u
where u.id = ?`,

  /** Values: removal, attributes, userId. */
  updateUser: `update limen_user
set attributes = (
  select case
    when rest = '{}' then added
    when added = '{}' then rest
    else substr(rest, 1, length(rest) - 1) || ',' || substr(added, 2)
  end
  from (
    select
      json_patch(coalesce(attributes, '{}'), ?) as rest,
      ? as added
  )
)
where id = ?`,

  /** Values: userId. */
  deleteUser: `delete from limen_user
where id = ?`,
}

/** The calls of a store. */
export type StatementName =
  | 'read'
  | 'insert'
  | 'renew'
  | 'update'
  | 'delete'
  | 'deleteByUser'
  | 'listByUser'
  | 'deleteExpired'
  | 'createUser'
  | 'readUser'
  | 'updateUser'
  | 'deleteUser'
