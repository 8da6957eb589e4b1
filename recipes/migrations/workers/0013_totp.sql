-- #if totp
create table totp (
  user_id text primary key references users (id) on delete cascade,
  -- Encrypted with TOTP_KEY.
  secret text not null,
  -- The last time step whose code was accepted.
  last_step integer not null,
  -- Wrong codes since the last right one.
  failures integer not null,
  -- SHA-256 hashes in hexadecimal, with spaces between them.
  recovery_codes text not null
);
-- #end
