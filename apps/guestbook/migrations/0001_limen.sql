-- Users and sessions as @limen/workers keeps them. Times are milliseconds since the epoch.
CREATE TABLE limen_user (
  id TEXT PRIMARY KEY,
  attributes TEXT NOT NULL CHECK (json_valid(attributes)),
  -- The user as the store gives it back.
  found TEXT NOT NULL AS (json_object('id', id, 'attributes', json(attributes)))
) STRICT, WITHOUT ROWID;

CREATE TABLE limen_session (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES limen_user (id) ON DELETE CASCADE,
  secret_hash TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  active_expires_at INTEGER NOT NULL,
  idle_expires_at INTEGER NOT NULL,
  attributes TEXT NOT NULL CHECK (json_valid(attributes))
) STRICT, WITHOUT ROWID;

CREATE INDEX limen_session_user ON limen_session (user_id, created_at);

CREATE INDEX limen_session_expiry ON limen_session (idle_expires_at);

-- What one validation reads: a session with its user, as the JSON that the store gives back.
CREATE VIEW limen_found AS
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
JOIN limen_user AS u ON u.id = s.user_id;
