/** The statements of the default layout in SQLite. Generated: the test beside this file writes it with `-u`. */

/** Values: sessionId. */
export const READ: string = `select
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
where s.id = ?`

/** Values: sessionId, secretHash, createdAt, activePeriodExpiresAt, idlePeriodExpiresAt, attributes, userId, userId. */
export const INSERT: string = `insert into limen_session (id, user_id, secret_hash, created_at, active_expires_at, idle_expires_at, attributes)
select ?, u.id, ?, ?, ?, ?, ?
from limen_user as u
where u.id = ?
returning (
  select u.attributes as ownerAttributes
  from limen_user as u
  where u.id = ?
) as ownerAttributes`

/** Values: activePeriodExpiresAt, idlePeriodExpiresAt, sessionId. */
export const RENEW: string = `update limen_session
set
  active_expires_at = max(active_expires_at, ?),
  idle_expires_at = max(idle_expires_at, ?)
where id = ?`

/** Values: removal, attributes, sessionId. */
export const UPDATE: string = `update limen_session
set attributes = (
  select '{' || trim(substr(rest, 2, length(rest) - 2) || ',' || substr(added, 2, length(added) - 2), ',') || '}'
  from (select json_patch(coalesce(attributes, '{}'), ?) as rest, ? as added)
)
where id = ?`

/** Values: sessionId. */
export const DELETE: string = `delete from limen_session
where id = ?`

/** Values: userId, except. */
export const DELETE_BY_USER: string = `delete from limen_session
where user_id = ? and id <> ?`

/** Values: userId. */
export const LIST_BY_USER: string = `select
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
order by s.created_at`

/** Values: now, limit. */
export const DELETE_EXPIRED: string = `delete from limen_session
where id in (
  select id
  from limen_session
  where idle_expires_at <= ?
  order by idle_expires_at
  limit ?
)`

/** Values: userId, attributes. */
export const CREATE_USER: string = `insert into limen_user (id, attributes)
values (?, ?)
on conflict (id) do nothing`

/** Values: userId. */
export const READ_USER: string = `select u.attributes as ownerAttributes
from limen_user as u
where u.id = ?`

/** Values: removal, attributes, userId. */
export const UPDATE_USER: string = `update limen_user
set attributes = (
  select '{' || trim(substr(rest, 2, length(rest) - 2) || ',' || substr(added, 2, length(added) - 2), ',') || '}'
  from (select json_patch(coalesce(attributes, '{}'), ?) as rest, ? as added)
)
where id = ?`

/** Values: userId. */
export const DELETE_USER: string = `delete from limen_user
where id = ?`
