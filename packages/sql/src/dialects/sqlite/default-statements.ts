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

/** Values: sessionId, secretHash, createdAt, activePeriodExpiresAt, idlePeriodExpiresAt, attributes, userId, replaces, userId. */
export const INSERT_REPLACEMENT: string = `insert into limen_session (id, user_id, secret_hash, created_at, active_expires_at, idle_expires_at, attributes)
select ?, u.id, ?, ?, ?, ?, ?
from limen_user as u
where u.id = ?
and exists (
  select 1
  from limen_session
  where id = ?
)
returning (
  select u.attributes as ownerAttributes
  from limen_user as u
  where u.id = ?
) as ownerAttributes`

/** Values: sessionId, secretHash, createdAt, activePeriodExpiresAt, idlePeriodExpiresAt, attributes, userId, userId, now, most, userId. */
export const INSERT_BELOW_LIMIT: string = `insert into limen_session (id, user_id, secret_hash, created_at, active_expires_at, idle_expires_at, attributes)
select ?, u.id, ?, ?, ?, ?, ?
from limen_user as u
where u.id = ?
and (
  select count(*)
  from limen_session
  where user_id = ? and idle_expires_at > ?
) < ?
returning (
  select u.attributes as ownerAttributes
  from limen_user as u
  where u.id = ?
) as ownerAttributes`

/** Values: sessionId, secretHash, createdAt, activePeriodExpiresAt, idlePeriodExpiresAt, attributes, userId, replaces, userId, now, replaces, most, userId. */
export const INSERT_REPLACEMENT_BELOW_LIMIT: string = `insert into limen_session (id, user_id, secret_hash, created_at, active_expires_at, idle_expires_at, attributes)
select ?, u.id, ?, ?, ?, ?, ?
from limen_user as u
where u.id = ?
and exists (
  select 1
  from limen_session
  where id = ?
)
and (
  select count(*)
  from limen_session
  where user_id = ? and idle_expires_at > ? and id <> ?
) < ?
returning (
  select u.attributes as ownerAttributes
  from limen_user as u
  where u.id = ?
) as ownerAttributes`

/** Values: replaces, userId. */
export const READ_USER_TO_REPLACE: string = `select u.attributes as ownerAttributes
from limen_user as u
join limen_session as s on s.id = ?
where u.id = ?`

/** Values: replaces, sessionId. */
export const DELETE_REPLACED: string = `delete from limen_session
where id = ? and exists (
  select 1
  from limen_session
  where id = ?
)`

/** Values: userId, sessionId, now, most - 1, sessionId. */
export const DELETE_OLDEST: string = `delete from limen_session
where id in (
  select id
  from limen_session
  where user_id = ? and id <> ? and idle_expires_at > ?
  order by created_at desc
  limit -1 offset ?
) and exists (
  select 1
  from limen_session
  where id = ?
)`

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

/** Values: id, codeHash, attemptsLeft, expiresAt, data. */
export const PUT_TICKET: string = `insert into limen_ticket (id, code_hash, attempts_left, expires_at, data)
values (?, ?, ?, ?, ?)`

/** Values: id. */
export const TAKE_TICKET: string = `delete from limen_ticket
where id = ?
returning id as id, code_hash as codeHash, attempts_left as attemptsLeft, expires_at as expiresAt, data as data`

/** Values: id. */
export const ATTEMPT_TICKET: string = `update limen_ticket
set attempts_left = attempts_left - 1
where id = ? and attempts_left > 0
returning id as id, code_hash as codeHash, attempts_left as attemptsLeft, expires_at as expiresAt, data as data`

/** Values: now, limit. */
export const DELETE_EXPIRED_TICKETS: string = `delete from limen_ticket
where id in (
  select id
  from limen_ticket
  where expires_at <= ?
  order by expires_at
  limit ?
)`
