/**
 * The bindings that `durableObjectStore` and `durableObjectTicketStore` call, structurally typed:
 * `DurableObjectNamespace` fits.
 */
import type { Deadlines, InsertOptions, SessionRecord } from '@limen/core'

/** The regions in which Cloudflare can create an object. */
export type LocationHint =
  | 'wnam'
  | 'enam'
  | 'sam'
  | 'weur'
  | 'eeur'
  | 'apac'
  | 'apac-ne'
  | 'apac-se'
  | 'oc'
  | 'afr'
  | 'me'

/** A Durable Object binding. */
export interface ObjectNamespace<AnyObject> {
  /** Returns the id of the object with a name. */
  idFromName(name: string): unknown
  /** Returns the object with an id. */
  get(id: unknown, options?: { locationHint?: LocationHint }): AnyObject
}

/** A Durable Object binding whose class is `LimenSessions`, for sessions. */
export interface SessionsNamespace extends ObjectNamespace<SessionsObject> {}

/** A Durable Object binding whose class is `LimenSessions`, for tickets. */
export interface TicketsNamespace extends ObjectNamespace<TicketsObject> {}

/** A session as it is sent to an object: its attributes are JSON. */
export type SentSession = Omit<SessionRecord<unknown>, 'attributes'> & {
  /** As JSON. */
  readonly attributes: string
}

/** What an object returns when a limit refuses a session: the code of an error can be lost on its way. */
export const LIMIT_REACHED = 'AUTH_SESSION_LIMIT'

/** One user's object. It returns records as JSON. */
export interface SessionsObject {
  /** Reads a session and its user. */
  read(sessionId: string): Promise<string | null>
  /**
   * Stores a session, and returns its user; `null` when there is no user or no session to replace, and
   * `AUTH_SESSION_LIMIT` when a limit refuses it.
   */
  insert(session: SentSession, options?: InsertOptions): Promise<string | null>
  /** Moves the deadlines of a session, each to the later of old and new. */
  renew(sessionId: string, deadlines: Deadlines): Promise<boolean>
  /** Merges attributes, given as JSON, into a session, and removes those named in a JSON array. */
  update(sessionId: string, attributes: string, removed?: string): Promise<boolean>
  /** Deletes a session, and returns whether it existed. */
  delete(sessionId: string): Promise<boolean>
  /** Deletes all sessions except one. */
  deleteByUser(except: string): Promise<void>
  /** Lists all sessions with their user. */
  listByUser(): Promise<string>
  /** Stores the user, whose attributes are JSON, unless there is one. */
  createUser(userId: string, attributes: string): Promise<boolean>
  /** Reads the user. */
  readUser(): Promise<string | null>
  /** Merges attributes, given as JSON, into the user, and removes those named in a JSON array. */
  updateUser(attributes: string, removed?: string): Promise<boolean>
  /** Deletes the user and all sessions. */
  deleteUser(): Promise<void>
}

/** One ticket's object. It returns tickets as JSON. */
export interface TicketsObject {
  /** Stores a ticket, given as JSON, until it has expired. */
  putTicket(ticket: string, expiresAt: number): Promise<void>
  /** Deletes the ticket and returns it. */
  takeTicket(): Promise<string | null>
  /** Subtracts one from the ticket's `attemptsLeft` and returns it, unless none was left. */
  attemptTicket(): Promise<string | null>
}
