/** What the Durable Object store asks of its binding, by shape: `DurableObjectNamespace` has it. */
import type { Deadlines, SessionRecord } from '@limen/core'

/** Where Cloudflare may be asked to place an object. */
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
  /** The id of the object with a name. */
  idFromName(name: string): unknown
  /** The object with an id. */
  get(id: unknown, options?: { locationHint?: LocationHint }): SessionsObject
}

/** A session on its way to an object: its attributes are JSON. */
export type SentSession = Omit<SessionRecord<unknown>, 'attributes'> & {
  /** As JSON. */
  readonly attributes: string
}

/** One user's object, as its callers see it. What was found comes back as JSON. */
export interface SessionsObject {
  /** A session and its user. */
  read(sessionId: string): Promise<string | null>
  /** Keeps a session, for its user. */
  insert(session: SentSession): Promise<string | null>
  /** Moves deadlines to a later time. */
  renew(sessionId: string, deadlines: Deadlines): Promise<boolean>
  /** Merges attributes, given as JSON, into a session, and removes those of a JSON list of names. */
  update(sessionId: string, attributes: string, removed?: string): Promise<boolean>
  /** Removes a session. */
  delete(sessionId: string): Promise<void>
  /** Removes all sessions but one. */
  deleteByUser(except: string): Promise<void>
  /** All sessions with their user. */
  listByUser(): Promise<string>
  /** Keeps the user, whose attributes are JSON, unless it is there. */
  createUser(userId: string, attributes: string): Promise<boolean>
  /** The user. */
  readUser(): Promise<string | null>
  /** Merges attributes, given as JSON, into the user, and removes those of a JSON list of names. */
  updateUser(attributes: string, removed?: string): Promise<boolean>
  /** Removes everything. */
  deleteUser(): Promise<void>
}
