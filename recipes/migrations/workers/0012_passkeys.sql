-- #if passkey
create table passkeys (
  -- The credential id, in base64url.
  id text primary key,
  user_id text not null references users (id) on delete cascade,
  public_key text not null,
  counter integer not null,
  -- A JSON array.
  transports text not null,
  name text not null,
  -- In milliseconds since the epoch.
  created_at integer not null
);

create index passkeys_user on passkeys (user_id);
-- #end
