import { DatabaseSync } from 'node:sqlite'

// The methods of node:sqlite are those of better-sqlite3.
export const db: any = new DatabaseSync(process.env['DATABASE']!)

db.exec(`
  create table if not exists user (id text not null primary key, username text not null unique);
  create table if not exists user_key (
    id text not null primary key, user_id text not null, hashed_password text,
    foreign key (user_id) references user (id)
  );
  create table if not exists user_session (
    id text not null primary key, user_id text not null,
    active_expires integer not null, idle_expires integer not null, device text not null,
    foreign key (user_id) references user (id)
  );
`)
