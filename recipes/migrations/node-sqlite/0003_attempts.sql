-- Attempts of the current minute. A key contains an e-mail address or a client's IP address.
create table attempts (
  key text primary key,
  minute integer not null,
  count integer not null
) without rowid;
