-- Users and sessions of Limen. Times are milliseconds since the epoch.
create table if not exists limen_user (
  id varchar(255) character set utf8mb4 collate utf8mb4_0900_bin primary key,
  attributes json not null
) engine = innodb;

create table if not exists limen_session (
  id varchar(255) character set utf8mb4 collate utf8mb4_0900_bin primary key,
  user_id varchar(255) character set utf8mb4 collate utf8mb4_0900_bin not null,
  secret_hash varchar(64) character set ascii collate ascii_bin not null,
  created_at bigint not null,
  active_expires_at bigint not null,
  idle_expires_at bigint not null,
  attributes json not null,
  index limen_session_user (user_id, created_at),
  index limen_session_expiry (idle_expires_at),
  foreign key (user_id) references limen_user (id) on delete cascade
) engine = innodb;
