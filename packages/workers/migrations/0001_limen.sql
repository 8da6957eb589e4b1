-- Users and sessions as @limen/workers keeps them. Times are milliseconds since the epoch.
CREATE TABLE limen_user (
  id TEXT PRIMARY KEY,
  attributes TEXT NOT NULL CHECK (json_valid(attributes))
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

-- What one validation reads: a session with its user, under the names that the store gives them.
CREATE VIEW limen_session_and_user AS
SELECT
  s.id,
  s.user_id AS userId,
  s.secret_hash AS secretHash,
  s.created_at AS createdAt,
  s.active_expires_at AS activePeriodExpiresAt,
  s.idle_expires_at AS idlePeriodExpiresAt,
  s.attributes,
  u.attributes AS userAttributes
FROM limen_session AS s
JOIN limen_user AS u ON u.id = s.user_id;
