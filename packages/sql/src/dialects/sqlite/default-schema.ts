/** The tables of the default layout in SQLite. Generated: the test beside this file writes it with `-u`. */

/** Create the tables. Times are milliseconds since the epoch. */
export const tables: readonly string[] = [
  `create table if not exists limen_user (
  id text primary key,
  attributes text not null check (json_valid(attributes))
) strict, without rowid`,
  `create table if not exists limen_session (
  id text primary key,
  user_id text not null references limen_user (id) on delete cascade,
  secret_hash text not null,
  created_at integer not null,
  active_expires_at integer not null,
  idle_expires_at integer not null,
  attributes text not null check (json_valid(attributes))
) strict, without rowid`,
]

/** Create the indexes. */
export const indexes: readonly string[] = [
  `create index if not exists limen_session_user on limen_session (user_id, created_at)`,
  `create index if not exists limen_session_expiry on limen_session (idle_expires_at)`,
]

/** Creates the table of tickets. */
export const ticketTable: string = `create table if not exists limen_ticket (
  id text primary key,
  code_hash text not null,
  attempts_left integer not null,
  expires_at integer not null,
  data text not null
) strict, without rowid`

/** Creates its index. */
export const ticketIndex: string = `create index if not exists limen_ticket_expiry on limen_ticket (expires_at)`
