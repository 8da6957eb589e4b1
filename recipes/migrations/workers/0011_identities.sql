-- #if oauth
-- Accounts at other providers. One belongs to one user at most.
create table identities (
  provider text not null,
  -- The provider's id of the account, which never changes. An e-mail address can.
  subject text not null,
  user_id text not null references users (id) on delete cascade,
  unique (provider, subject)
);

create index identities_user on identities (user_id);
-- #end
