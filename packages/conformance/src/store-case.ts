/** The kinds of a case, and what all cases of stores have at hand. */
import type { AnyStore, Deadlines, SessionRecord, UserRecord } from '@limen/core'
import { type PlainStore, routeOf } from '@limen/core/store-kit'

/** The user attributes that the cases store. */
export interface CaseUser {
  /** A required attribute. */
  readonly name: string
  /** An attribute that can be `null` or missing. */
  readonly note?: string | null
  /** A nested attribute. */
  readonly settings?: { readonly theme: string; readonly size?: number }
}

/** The session attributes that the cases store. */
export interface CaseSession {
  /** A required attribute. */
  readonly device: string
  /** An attribute that can be `null` or missing. */
  readonly seen?: number | null
}

/** A store under test. */
export type AnyCaseStore = AnyStore<CaseUser, CaseSession>

/** A store under test, called with plain ids. */
export type CaseStore = PlainStore<CaseUser, CaseSession>

/** Which of Limen's promises a case proves; `contract`: what the store's interface specifies. */
export type StorePromise = 'P1' | 'P2' | 'P4' | 'P7' | 'contract'

/** One thing that a store must do. */
export interface StoreCase {
  /** The title of the test. */
  readonly name: string
  /** The promise that it tests. */
  readonly promise: StorePromise
  /** Runs the case on an empty store; rejects when the store fails it. */
  readonly run: (store: AnyCaseStore) => Promise<void>
}

/** A case as it is written: its store is called with plain ids. */
export interface WrittenCase extends Omit<StoreCase, 'run'> {
  readonly run: (store: CaseStore) => Promise<void>
}

/** The time at which the sessions of the cases were created. */
export const NOW = 1_700_000_000_000
export const DAY = 86_400_000

export const ada: UserRecord<CaseUser> = { id: 'ada', attributes: { name: 'Ada' } }
export const bob: UserRecord<CaseUser> = { id: 'bob', attributes: { name: 'Bob' } }

/** Later deadlines than those of a record. */
export const later: Deadlines = {
  activePeriodExpiresAt: NOW + 2 * DAY,
  idlePeriodExpiresAt: NOW + 16 * DAY,
}

/** Creates a session record whose id is as long as a real one. */
export type MakeRecord = (
  letter: string,
  change?: Partial<SessionRecord<CaseSession>>,
) => SessionRecord<CaseSession>

/** Returns a function that creates session records for a store: a routed store's ids begin with routes. */
export async function recordsFor(
  store: Pick<CaseStore, 'traits'>,
  ...userIds: string[]
): Promise<MakeRecord> {
  const routes = new Map<string, string>()
  for (const id of ['ada', 'bob', ...userIds]) {
    routes.set(id, store.traits?.routed ? await routeOf(id) : '')
  }
  return (letter, { userId = 'ada', id = letter.repeat(22), ...change } = {}) => ({
    id: `${routes.get(userId)}${id}`,
    userId,
    secretHash: letter.repeat(43),
    createdAt: NOW,
    activePeriodExpiresAt: NOW + DAY,
    idlePeriodExpiresAt: NOW + 15 * DAY,
    attributes: { device: `device ${letter}` },
    ...change,
  })
}

/** Reads the session of a letter strongly. */
export async function read(
  store: CaseStore,
  letter: string,
): Promise<Awaited<ReturnType<CaseStore['read']>>> {
  const { id } = (await recordsFor(store))(letter)
  return store.read(id, { consistency: 'strong' })
}

/** Creates the user `ada`, with a session for each letter. */
export async function withAda(store: CaseStore, ...letters: string[]): Promise<void> {
  const record = await recordsFor(store)
  await store.createUser(ada)
  for (const letter of letters) await store.insert(record(letter))
}
