-- #if guest
-- When a guest came first, in milliseconds since the epoch. Null for an account.
alter table users add column if not exists guest_since bigint;

-- What guests and accounts write. Put your own data in its place.
create table if not exists notes (
  id text primary key,
  user_id text not null references users (id) on delete cascade,
  text text not null,
  created_at bigint not null
);

create index if not exists notes_user on notes (user_id);
-- #end
