-- #if guest
-- When a guest came first, in milliseconds since the epoch. Null for an account.
alter table users add column guest_since integer;

-- What guests and accounts write. Put your own data in its place.
create table notes (
  id text primary key,
  user_id text not null references users (id) on delete cascade,
  text text not null,
  created_at integer not null
);

create index notes_user on notes (user_id);
-- #end
