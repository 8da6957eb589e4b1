-- Users and sessions of Limen. Times are milliseconds since the epoch.
create table if not exists limen_user (
  id text primary key,
  attributes text not null check (json_valid(attributes))
) strict, without rowid;

create table if not exists limen_session (
  id text primary key,
  user_id text not null references limen_user (id) on delete cascade,
  secret_hash text not null,
  created_at integer not null,
  active_expires_at integer not null,
  idle_expires_at integer not null,
  attributes text not null check (json_valid(attributes))
) strict, without rowid;

create index if not exists limen_session_user on limen_session (user_id, created_at);

create index if not exists limen_session_expiry on limen_session (idle_expires_at);
