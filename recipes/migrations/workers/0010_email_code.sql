-- #if email
-- Whether the user has proved that the address is theirs.
alter table users add column email_verified integer not null default 0;

-- E-mails of the current hour. A key contains an e-mail address or a client's IP address.
create table mails (
  hour integer not null,
  key text not null,
  count integer not null,
  primary key (hour, key)
) without rowid;
-- #end
