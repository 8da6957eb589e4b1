-- #if roles
-- 'admin', or null. Only administrators change it.
alter table users add column role text;

-- What administrators did. It has no foreign keys, so that it outlives its users.
create table audit (
  id text primary key,
  -- In milliseconds since the epoch.
  at integer not null,
  admin text not null,
  subject text not null,
  action text not null,
  reason text not null
);

create index audit_at on audit (at);
-- #end
