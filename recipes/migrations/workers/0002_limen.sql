create table if not exists limen_session (
  id text primary key,
  user_id text not null references `users` (id) on delete cascade,
  secret_hash text not null,
  created_at integer not null,
  active_expires_at integer not null,
  idle_expires_at integer not null,
  attributes text not null check (json_valid(attributes))
) strict, without rowid;

create index if not exists limen_session_user on limen_session (user_id, created_at);

create index if not exists limen_session_expiry on limen_session (idle_expires_at);

create table if not exists limen_ticket (
  id text primary key,
  code_hash text not null,
  attempts_left integer not null,
  expires_at integer not null,
  data text not null
) strict, without rowid;

create index if not exists limen_ticket_expiry on limen_ticket (expires_at);
