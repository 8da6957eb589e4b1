/** The class of the Durable Objects: one user with its sessions, or one ticket. */
import { DurableObject } from 'cloudflare:workers'
import type { Deadlines, InsertOptions } from '@limen/core'
import { isAuthError } from '@limen/core'
import * as sqlite from '@limen/sql/sqlite'
import { createTables, readUserId } from './object-schema.ts'
import { attemptTicket, putTicket, takeTicket } from './object-ticket.ts'
import { LIMIT_REACHED, type SentSession } from './sessions-object.ts'

/** How long an expired session or ticket stays stored, in milliseconds: clocks can differ. */
const GRACE = 60 * 60 * 1000
/** SQLite takes a negative limit for none. */
const NO_LIMIT = -1

/**
 * Stores one user and its sessions, for `durableObjectStore`, or one ticket, for
 * `durableObjectTicketStore`. Each call reads and writes in one
 * synchronous step of a single thread, and its result leaves the object only when that is on disk. An
 * object without a user and a ticket has no table and no alarm, whatever call it receives.
 *
 * Export it from the Worker's main module, under this name, and give it a SQLite-backed migration.
 *
 * @see {@link https://developers.cloudflare.com/durable-objects/api/sqlite-storage-api/ SQLite in Durable Objects}
 */
export class LimenSessions extends DurableObject {
  /** The id of this object's user; `null` where there is none, `undefined` until it is read. */
  #userId: string | null | undefined

  /** A session and its user, as JSON. */
  read(sessionId: string): string | null {
    const [row] = this.#rows<sqlite.FoundRow>(sqlite.READ, sessionId)
    return row ? JSON.stringify(sqlite.foundIn(row)) : null
  }

  /**
   * Stores a session and returns its user, as JSON; `null` when there is no user or no session to
   * replace, and `AUTH_SESSION_LIMIT` when a limit refuses it.
   */
  async insert(session: SentSession, options?: InsertOptions): Promise<string | null> {
    const alarm = await this.ctx.storage.getAlarm()
    const steps = sqlite.insertSteps(session, session.attributes, options)
    const results = this.ctx.storage.transactionSync(() =>
      steps.map(([statement, values]) => this.#rows<sqlite.UserRow>(statement, ...values)),
    )
    let user
    try {
      user = sqlite.insertedIn(session.userId, results, options?.limit)
    } catch (error) {
      if (isAuthError(error) && error.code === LIMIT_REACHED) return LIMIT_REACHED
      throw error
    }
    if (user === null) return null
    if (alarm === null) await this.#purgeAfter(session.idlePeriodExpiresAt)
    return JSON.stringify(user)
  }

  /** Moves the deadlines of an existing session, each to the later of old and new. */
  renew(sessionId: string, { activePeriodExpiresAt, idlePeriodExpiresAt }: Deadlines): boolean {
    return this.#changes(sqlite.RENEW, activePeriodExpiresAt, idlePeriodExpiresAt, sessionId)
  }

  /** Merges attributes, given as JSON, into a session, and removes those of a JSON list of names. */
  update(sessionId: string, attributes: string, removed?: string): boolean {
    return this.#changes(
      sqlite.UPDATE,
      ...sqlite.mergeValues(merge(attributes, removed)),
      sessionId,
    )
  }

  /** Deletes a session, and returns whether it existed. */
  delete(sessionId: string): boolean {
    return this.#changes(sqlite.DELETE, sessionId)
  }

  /** Deletes all sessions except one. */
  deleteByUser(except: string): void {
    this.#rows(sqlite.DELETE_BY_USER, this.#user(), except)
  }

  /** All sessions with their user in order of creation, as JSON. */
  listByUser(): string {
    const rows = this.#rows<sqlite.FoundRow>(sqlite.LIST_BY_USER, this.#user())
    return JSON.stringify(rows.map((row) => sqlite.foundIn(row)))
  }

  /** Stores the user, unless there is one. */
  createUser(userId: string, attributes: string): boolean {
    if (this.#user() !== null) return false
    const { storage } = this.ctx
    storage.transactionSync(() => {
      createTables(storage)
      storage.sql.exec(sqlite.CREATE_USER, userId, attributes)
    })
    this.#userId = userId
    return true
  }

  /** The user, as JSON. */
  readUser(): string | null {
    const userId = this.#user()
    if (userId === null) return null
    return JSON.stringify(
      sqlite.userIn(userId, this.#rows<sqlite.UserRow>(sqlite.READ_USER, userId)),
    )
  }

  /** Merges attributes, given as JSON, into the user, and removes those of a JSON list of names. */
  updateUser(attributes: string, removed?: string): boolean {
    return this.#changes(
      sqlite.UPDATE_USER,
      ...sqlite.mergeValues(merge(attributes, removed)),
      this.#user(),
    )
  }

  /** Deletes the user, its sessions and everything else. */
  async deleteUser(): Promise<void> {
    if (this.#user() === null) return
    const { storage } = this.ctx
    this.#userId = undefined
    try {
      await Promise.all([storage.deleteAlarm(), storage.deleteAll()])
    } finally {
      // A call in between can have read it, and the deletion can fail.
      this.#userId = undefined
    }
  }

  /** Stores a ticket, given as JSON, until it has expired. */
  async putTicket(ticket: string, expiresAt: number): Promise<void> {
    putTicket(this.ctx.storage, ticket)
    await this.#purgeAfter(expiresAt)
  }

  /** Deletes the ticket, and returns it as JSON. */
  takeTicket(): Promise<string | null> {
    return takeTicket(this.ctx.storage)
  }

  /** Subtracts one from the ticket's `attemptsLeft` and returns it as JSON, unless none was left. */
  attemptTicket(): string | null {
    return attemptTicket(this.ctx.storage)
  }

  /** Deletes the expired sessions, and sets the alarm for the next one; or deletes the ticket. */
  async alarm(): Promise<void> {
    if (this.#user() === null) return void (await takeTicket(this.ctx.storage))
    this.#rows(sqlite.DELETE_EXPIRED, Date.now() - GRACE, NO_LIMIT)
    const [next] = this.#rows<{ idle: number | null }>(
      'select min(idle_expires_at) as idle from limen_session',
    )
    if (next?.idle) await this.#purgeAfter(next.idle)
  }

  #purgeAfter(deadline: number): Promise<void> {
    return this.ctx.storage.setAlarm(Math.max(deadline, Date.now()) + GRACE)
  }

  #user(): string | null {
    return (this.#userId ??= readUserId(this.ctx.storage))
  }

  /** Runs a statement where there is a user; without one there is no table. */
  #rows<Row>(statement: string, ...values: readonly unknown[]): Row[] {
    if (this.#user() === null) return []
    return this.ctx.storage.sql.exec(statement, ...values).toArray() as unknown[] as Row[]
  }

  /** Runs a statement, and returns whether it matched a row. */
  #changes(statement: string, ...values: readonly unknown[]): boolean {
    this.#rows(statement, ...values)
    // The cursor's own count includes rows of indexes.
    const [counted] = this.#rows<{ changes: number }>('select changes() as changes')
    return counted !== undefined && counted.changes > 0
  }
}

/** The attributes of an update, of which those to remove are `undefined`. */
function merge(attributes: string, removed = '[]'): object {
  const names: string[] = JSON.parse(removed)
  return Object.fromEntries([
    ...Object.entries(JSON.parse(attributes) as object),
    ...names.map((name) => [name, undefined] as const),
  ])
}
