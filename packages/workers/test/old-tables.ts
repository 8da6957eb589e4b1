/** The tables as they were before D1, Durable Objects and `sqlStore` shared them. */

/** D1: the migration 0001_limen.sql, as statements. The store read its column and view named `found`. */
export const OLD_D1: readonly string[] = [
  `CREATE TABLE limen_user (
    id TEXT PRIMARY KEY,
    attributes TEXT NOT NULL CHECK (json_valid(attributes)),
    found TEXT NOT NULL AS (json_object('id', id, 'attributes', json(attributes)))
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE limen_session (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES limen_user (id) ON DELETE CASCADE,
    secret_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    active_expires_at INTEGER NOT NULL,
    idle_expires_at INTEGER NOT NULL,
    attributes TEXT NOT NULL CHECK (json_valid(attributes))
  ) STRICT, WITHOUT ROWID`,
  'CREATE INDEX limen_session_user ON limen_session (user_id, created_at)',
  'CREATE INDEX limen_session_expiry ON limen_session (idle_expires_at)',
  `CREATE VIEW limen_found AS
  SELECT
    s.id,
    s.user_id,
    s.created_at,
    json_object(
      'session', json_object(
        'id', s.id,
        'userId', s.user_id,
        'secretHash', s.secret_hash,
        'createdAt', s.created_at,
        'activePeriodExpiresAt', s.active_expires_at,
        'idlePeriodExpiresAt', s.idle_expires_at,
        'attributes', json(s.attributes)
      ),
      'user', json(u.found)
    ) AS found
  FROM limen_session AS s
  JOIN limen_user AS u ON u.id = s.user_id`,
]

/** Durable Objects: the sessions had no column for the object's only user. */
export const OLD_OBJECT = `
create table limen_user (
  id text primary key,
  attributes text not null
) strict, without rowid;
create table limen_session (
  id text primary key,
  secret_hash text not null,
  created_at integer not null,
  active_expires_at integer not null,
  idle_expires_at integer not null,
  attributes text not null
) strict, without rowid`
