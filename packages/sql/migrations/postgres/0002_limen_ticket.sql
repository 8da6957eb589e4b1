-- Tickets of Limen. Times are milliseconds since the epoch.
create table if not exists limen_ticket (
  id text primary key,
  code_hash text not null,
  attempts_left bigint not null,
  expires_at bigint not null,
  data text not null
);

create index if not exists limen_ticket_expiry on limen_ticket (expires_at);
