-- #if email
-- Whether the user has proved that the address is theirs.
alter table users add column if not exists email_verified boolean not null default false;

-- E-mails of the current hour. A key contains an e-mail address or a client's IP address.
create table if not exists mails (
  hour integer not null,
  key text not null,
  count integer not null,
  primary key (hour, key)
);
-- #end
