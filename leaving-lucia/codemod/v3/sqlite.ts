import { DatabaseSync, type StatementSync } from 'node:sqlite'

/** node:sqlite in the form of better-sqlite3, which is a native module. */
class Database {
  readonly #db = new DatabaseSync(process.env['DATABASE']!)
  exec(sql: string) {
    this.#db.exec(sql)
  }
  prepare(sql: string): StatementSync & { raw(): StatementSync } {
    const arrays = () => {
      const statement = this.#db.prepare(sql)
      statement.setReturnArrays(true)
      return statement
    }
    return Object.assign(this.#db.prepare(sql), { raw: arrays })
  }
}

export const sqlite: any = new Database()

sqlite.exec(`
  create table if not exists user (
    id text not null primary key, username text not null unique, password_hash text not null
  );
  create table if not exists session (
    id text not null primary key, expires_at integer not null,
    user_id text not null references user (id)
  );
`)
