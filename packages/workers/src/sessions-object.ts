/** The binding that `durableObjectStore` calls, structurally typed: `DurableObjectNamespace` fits. */
import type { Deadlines, SessionRecord } from '@limen/core'

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

/** A Durable Object binding whose class is `LimenSessions`. */
export interface SessionsNamespace {
  /** Returns the id of the object with a name. */
  idFromName(name: string): unknown
  /** Returns the object with an id. */
  get(id: unknown, options?: { locationHint?: LocationHint }): SessionsObject
}

/** A session as it is sent to an object: its attributes are JSON. */
export type SentSession = Omit<SessionRecord<unknown>, 'attributes'> & {
  /** As JSON. */
  readonly attributes: string
}

/** One user's object. It returns records as JSON. */
export interface SessionsObject {
  /** Reads a session and its user. */
  read(sessionId: string): Promise<string | null>
  /** Stores a session, and returns its user. */
  insert(session: SentSession): Promise<string | null>
  /** Moves the deadlines of a session, each to the later of old and new. */
  renew(sessionId: string, deadlines: Deadlines): Promise<boolean>
  /** Merges attributes, given as JSON, into a session, and removes those named in a JSON array. */
  update(sessionId: string, attributes: string, removed?: string): Promise<boolean>
  /** Deletes a session. */
  delete(sessionId: string): Promise<void>
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
