-- The guestbook's own tables. Times are milliseconds since the epoch.
CREATE TABLE account (
  name_key TEXT PRIMARY KEY,
  user_id TEXT NOT NULL UNIQUE REFERENCES limen_user (id) ON DELETE CASCADE,
  -- $scrypt$ln=…,r=…,p=…$salt$hash
  passphrase TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE entry (
  id INTEGER PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES limen_user (id) ON DELETE CASCADE,
  -- The display name at the time of writing.
  signed_as TEXT NOT NULL,
  text TEXT NOT NULL,
  written_at INTEGER NOT NULL
) STRICT;

CREATE INDEX entry_user ON entry (user_id);

CREATE TABLE refusal (
  id INTEGER PRIMARY KEY,
  reason TEXT NOT NULL,
  method TEXT NOT NULL,
  path TEXT NOT NULL,
  refused_at INTEGER NOT NULL
) STRICT;
