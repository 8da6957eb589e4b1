create table if not exists users (
  id text primary key,
  -- #if passphrase
  -- Null for a user who signs in by another recipe.
  passphrase_hash text,
  -- #end
  -- In lower case: "Ada@example.com" is the same address.
  email text not null unique
);

-- Attempts of the current minute. A key contains an e-mail address or a client's IP address.
create table if not exists attempts (
  key text primary key,
  minute integer not null,
  count integer not null
);
