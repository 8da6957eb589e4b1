-- Tickets of Limen. Times are milliseconds since the epoch.
create table if not exists limen_ticket (
  id text primary key,
  code_hash text not null,
  attempts_left integer not null,
  expires_at integer not null,
  data text not null
) strict, without rowid;

create index if not exists limen_ticket_expiry on limen_ticket (expires_at);
