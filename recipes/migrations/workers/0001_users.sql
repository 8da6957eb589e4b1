create table users (
  id text primary key,
  -- #if passphrase
  -- Null for a user who signs in by another recipe.
  passphrase_hash text,
  -- #end
  -- In lower case: "Ada@example.com" is the same address.
  email text not null unique
);
