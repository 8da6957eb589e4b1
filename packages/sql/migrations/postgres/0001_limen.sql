-- Users and sessions of Limen. Times are milliseconds since the epoch.
create table if not exists limen_user (
  id text primary key,
  attributes jsonb not null
);

create table if not exists limen_session (
  id text primary key,
  user_id text not null references limen_user (id) on delete cascade,
  secret_hash text not null,
  created_at bigint not null,
  active_expires_at bigint not null,
  idle_expires_at bigint not null,
  attributes jsonb not null
);

create index if not exists limen_session_user on limen_session (user_id, created_at);

create index if not exists limen_session_expiry on limen_session (idle_expires_at);
