-- Tickets of Limen. Times are milliseconds since the epoch.
create table if not exists limen_ticket (
  id varchar(255) character set utf8mb4 collate utf8mb4_nopad_bin primary key,
  code_hash varchar(64) character set ascii collate ascii_bin not null,
  attempts_left bigint not null,
  expires_at bigint not null,
  data longtext character set utf8mb4 not null,
  index limen_ticket_expiry (expires_at)
) engine = innodb;
