/** One user and its sessions: a Durable Object. */
import { DurableObject } from 'cloudflare:workers'
import type { Deadlines } from '@limen/core'
import type { SentSession } from './sessions-object.ts'

/** How long a dead session is kept, so that clocks need not agree. */
const GRACE = 60 * 60 * 1000

const TABLES = `
create table limen_user (
  id text primary key,
  attributes text not null
) strict, without rowid;
create table limen_session (
  id text primary key,
  secret_hash text not null,
  created_at integer not null,
  active_expires_at integer not null,
  idle_expires_at integer not null,
  attributes text not null
) strict, without rowid`

const USER = `json_object('id', u.id, 'attributes', json(u.attributes))`

const FOUND = `
select json_object(
  'session', json_object(
    'id', s.id,
    'userId', u.id,
    'secretHash', s.secret_hash,
    'createdAt', s.created_at,
    'activePeriodExpiresAt', s.active_expires_at,
    'idlePeriodExpiresAt', s.idle_expires_at,
    'attributes', json(s.attributes)
  ),
  'user', ${USER}
) as found
from limen_session as s, limen_user as u`

/**
 * Keeps one user and its sessions, for {@link durableObjectStore}. Each call reads and writes in one
 * synchronous step of a single thread, and its answer leaves only when that is on disk. An object
 * whose user was never created, or is deleted, has no table and no alarm, whatever is asked of it.
 *
 * Export it from the Worker's main module, under this name, and give it a SQLite-backed migration.
 *
 * @see {@link https://developers.cloudflare.com/durable-objects/api/sqlite-storage-api/ SQLite in Durable Objects}
 */
export class LimenSessions extends DurableObject {
  /** A session and its user, as JSON. */
  read(sessionId: string): string | null {
    return found(this.#run(`${FOUND} where s.id = ?`, sessionId))
  }

  /** Keeps a session and gives back its user, as JSON. */
  async insert(session: SentSession): Promise<string | null> {
    const alarm = await this.ctx.storage.getAlarm()
    const user = found(
      this.#run(`select ${USER} as found from limen_user as u where id = ?`, session.userId),
    )
    if (user === null) return null
    this.#run(
      'insert into limen_session values (?, ?, ?, ?, ?, ?)',
      session.id,
      session.secretHash,
      session.createdAt,
      session.activePeriodExpiresAt,
      session.idlePeriodExpiresAt,
      session.attributes,
    )
    if (alarm === null) await this.#purgeAfter(session.idlePeriodExpiresAt)
    return user
  }

  /** Moves the deadlines of a session that exists, each to the later of old and new. */
  renew(sessionId: string, deadlines: Deadlines): boolean {
    const renewed = this.#run(
      'update limen_session set active_expires_at = max(active_expires_at, ?), idle_expires_at = max(idle_expires_at, ?) where id = ? returning id',
      deadlines.activePeriodExpiresAt,
      deadlines.idlePeriodExpiresAt,
      sessionId,
    )
    return renewed.length > 0
  }

  /** Merges attributes, given as JSON, into a session, and removes those of a JSON list of names. */
  update(sessionId: string, attributes: string, removed?: string): boolean {
    return this.#merge('limen_session', attributes, removed, 'where id = ?', sessionId)
  }

  /** Removes a session. */
  delete(sessionId: string): void {
    this.#run('delete from limen_session where id = ?', sessionId)
  }

  /** Removes all sessions but one. */
  deleteByUser(except: string): void {
    this.#run('delete from limen_session where id != ?', except)
  }

  /** All sessions with their user in order of creation, as JSON. */
  listByUser(): string {
    const rows = this.#run<Found>(`${FOUND} order by s.created_at`)
    return `[${rows.map((row) => row.found).join()}]`
  }

  /** Keeps the user, unless there is one. */
  createUser(userId: string, attributes: string): boolean {
    if (this.#isKept()) return false
    this.ctx.storage.transactionSync(() => {
      this.ctx.storage.sql.exec(TABLES)
      this.#run('insert into limen_user values (?, ?)', userId, attributes)
    })
    return true
  }

  /** The user, as JSON. */
  readUser(): string | null {
    return found(this.#run(`select ${USER} as found from limen_user as u`))
  }

  /** Merges attributes, given as JSON, into the user, and removes those of a JSON list of names. */
  updateUser(attributes: string, removed?: string): boolean {
    return this.#merge('limen_user', attributes, removed, '')
  }

  /** Removes the user, its sessions and everything else. */
  async deleteUser(): Promise<void> {
    if (!this.#isKept()) return
    await Promise.all([this.ctx.storage.deleteAlarm(), this.ctx.storage.deleteAll()])
  }

  /** Removes the dead sessions, and comes back for the next. */
  async alarm(): Promise<void> {
    this.#run('delete from limen_session where idle_expires_at <= ?', Date.now() - GRACE)
    const [next] = this.#run<{ idle: number | null }>(
      'select min(idle_expires_at) as idle from limen_session',
    )
    if (next?.idle) await this.#purgeAfter(next.idle)
  }

  #purgeAfter(deadline: number): Promise<void> {
    return this.ctx.storage.setAlarm(Math.max(deadline, Date.now()) + GRACE)
  }

  #isKept(): boolean {
    const query = "select 1 from sqlite_schema where name = 'limen_user'"
    return this.ctx.storage.sql.exec(query).toArray().length > 0
  }

  /** Runs a statement where there is a user; elsewhere there is nothing to find, and no table. */
  #run<Row extends Record<string, string | number | null>>(
    query: string,
    ...bindings: (string | number)[]
  ): Row[] {
    return this.#isKept() ? this.ctx.storage.sql.exec<Row>(query, ...bindings).toArray() : []
  }

  #merge(
    table: string,
    attributes: string,
    removed: string | undefined,
    where: string,
    ...id: string[]
  ): boolean {
    const [kept] = this.#run<{ attributes: string }>(
      `select attributes from ${table} ${where}`,
      ...id,
    )
    if (!kept) return false
    const merged = { ...JSON.parse(kept.attributes), ...JSON.parse(attributes) }
    // A Worker of an earlier version sends no names to remove.
    for (const name of JSON.parse(removed ?? '[]')) delete merged[name]
    this.#run(`update ${table} set attributes = ? ${where}`, JSON.stringify(merged), ...id)
    return true
  }
}

type Found = { found: string }

function found(rows: Found[]): string | null {
  return rows[0]?.found ?? null
}
