/**
 * Random histories of an app after the upgrade: several clients call it concurrently, answers of the
 * database are lost, and connections end between two statements of a transaction. What was revoked
 * must not come back, and all others must stay signed in.
 */
import type { SqlDriver } from '@limen/sql'
import fc from 'fast-check'

declare module 'vitest' {
  interface ProvidedContext {
    /** How many random histories `pnpm soak` runs, in place of the number in their test. */
    soak: { readonly histories: number; readonly seed: number } | undefined
  }
}

/** What the histories use of an `auth` object. */
interface HistoryAuth {
  validateToken(options: {
    token: string
    consistency: 'strong'
  }): Promise<{ valid: false } | { valid: true; session: { readonly sessionId: string } }>
  createBearerToken(session: object): string
  invalidateSession(sessionId: string): Promise<void>
  invalidateAllUserSessions(userId: string, options?: { except?: string }): Promise<void>
  getAllUserSessions(userId: string): Promise<readonly { readonly sessionId: string }[]>
  deleteUser(userId: string): Promise<void>
  /** Only over tables from which all can be moved. */
  moveAll?(options: { limit: number }): Promise<number>
}

/** An app whose sessions are moved. */
export interface HistorySubject {
  /** Creates an `auth` object over the database, through a wrapped driver. */
  readonly connect: (wrap: (driver: SqlDriver) => SqlDriver, now: () => number) => HistoryAuth
  /** Creates a user with such an id, or one of another. Returns the id. */
  readonly createUser: () => Promise<string>
  /** Creates a session as the old code did, and returns its token. */
  readonly signIn: (userId: string) => Promise<string>
  /** The id of the session that takes the place of the one with this token. */
  readonly movedId: (token: string) => Promise<string>
  /** In how many tables there is a session with that token, or the one in its place. */
  readonly count: (token: string) => Promise<number>
  /** After how many milliseconds a session is idle. */
  readonly activePeriod: number
}

/** How many histories, and the seed of the random choices. */
export interface HistoryChoice {
  readonly histories: number
  readonly seed?: number
  /** Whether the first history that fails is reported, and not the smallest. */
  readonly endOnFailure?: boolean
}

const CLIENTS = 3
const SESSIONS = 4
const MOST_USERS = 2

type Fault = 'unsent' | 'lost' | 'killed'

/** One call of a client. */
interface Step {
  readonly action:
    | 'visitOld'
    | 'visitNew'
    | 'signOut'
    | 'revokeAll'
    | 'revokeOthers'
    | 'listAndRevoke'
    | 'deleteUser'
    | 'moveAll'
    | 'signIn'
  readonly user: number
  readonly session: number
  /** Which call of the database fails, and how; 0: none. */
  readonly failsAt: number
  readonly fault: Fault
  /** Before which statement of a transaction the connection ends. */
  readonly killedAt: number
  /** For how many turns each answer of the database is held back. */
  readonly lag: number
}

const step: fc.Arbitrary<Step> = fc.record({
  action: fc.oneof(
    ...(
      [
        ['visitOld', 8],
        ['visitNew', 2],
        ['signOut', 3],
        ['revokeAll', 2],
        ['revokeOthers', 3],
        ['listAndRevoke', 1],
        ['deleteUser', 1],
        ['moveAll', 1],
        ['signIn', 2],
      ] as const
    ).map(([action, weight]) => ({ weight, arbitrary: fc.constant(action) })),
  ),
  user: fc.nat(MOST_USERS - 1),
  session: fc.nat(SESSIONS - 1),
  failsAt: fc.oneof(
    { weight: 2, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 4 }) },
  ),
  fault: fc.constantFrom('unsent', 'lost', 'killed'),
  killedAt: fc.nat(2),
  lag: fc.nat(3),
})

const plan = fc.record({
  isIdle: fc.boolean(),
  rounds: fc.array(fc.array(step, { minLength: 1, maxLength: CLIENTS }), {
    minLength: 1,
    maxLength: 5,
  }),
})

/** A session of a history. */
interface Known {
  readonly userId: string
  readonly old: string
  token: string | undefined
  /** A revocation of it was confirmed: it must open nothing. */
  isRevoked: boolean
  /** A revocation of it began: it can open nothing. */
  canBeRevoked: boolean
}

/**
 * Runs random histories, each with users and sessions of its own.
 *
 * @throws {Error} With the smallest history that breaks a promise, and the seed that leads to it.
 */
export async function runRandomHistories(
  subject: HistorySubject,
  { histories, seed, endOnFailure = false }: HistoryChoice,
): Promise<void> {
  let ahead = 0
  const clients = Array.from({ length: CLIENTS }, () =>
    newClient(subject, () => Date.now() + ahead),
  )
  const history = fc.asyncProperty(plan, async ({ isIdle, rounds }) => {
    ahead = isIdle ? subject.activePeriod + 60_000 : 0
    await play(rounds, subject, clients)
  })
  await fc.assert(history, {
    numRuns: histories,
    endOnFailure,
    ...(seed !== undefined && { seed }),
  })
}

async function play(
  rounds: readonly (readonly Step[])[],
  subject: HistorySubject,
  clients: readonly Client[],
): Promise<void> {
  const users = [await subject.createUser(), await subject.createUser()]
  const deleted = new Set<string>()
  const sessions: Known[] = []
  const signIn = async (userId: string) => {
    if (deleted.has(userId) || sessions.length >= 2 * SESSIONS) return
    const old = await subject.signIn(userId)
    sessions.push({ userId, old, token: undefined, isRevoked: false, canBeRevoked: false })
  }
  for (const userId of [users[0]!, users[0]!, users[1]!]) await signIn(userId)

  for (const round of rounds) {
    // Sign-ins come first: their order to a concurrent revocation would be unknown.
    for (const { action, user } of round) if (action === 'signIn') await signIn(users[user]!)
    const known = [...sessions]
    const steps = round.flatMap((one) => {
      if (one.action === 'signIn') return []
      // An app has the id of a session only when it was moved.
      const isUnknown = !known[one.session % known.length]!.token
      const action = one.action === 'revokeOthers' && isUnknown ? 'revokeAll' : one.action
      return [{ ...one, action }]
    })
    for (const { action, user } of steps) {
      if (action === 'deleteUser') deleted.add(users[user]!)
    }
    const covered = steps.map((one) => coveredBy(one, users[one.user]!, known))
    for (const session of covered.flat()) session.canBeRevoked = true
    const before = new Map(known.map((session) => [session, session.isRevoked]))
    await Promise.all(
      steps.map(async (one, index) => {
        const client = clients[index]!
        const { failsAt: at, fault: kind, killedAt, lag } = one
        client.fault = { at, kind, killedAt, lag }
        try {
          const isConfirmed = await take(one, users[one.user]!, known, client.auth, subject, before)
          if (isConfirmed) for (const session of covered[index]!) session.isRevoked = true
        } catch (error) {
          if (error instanceof BrokenPromise || one.failsAt === 0) throw error
        } finally {
          client.fault = undefined
        }
      }),
    )
  }

  // The first visit with some of the tokens is here.
  const { auth } = clients[0]!
  const before = new Map(sessions.map((session) => [session, session.isRevoked]))
  for (const session of sessions) {
    const rows = await subject.count(session.old)
    if (rows > 1) throw new BrokenPromise(`a session is in two tables: ${shown(session)}`)
    if (session.token) await look(auth, session, session.token, before)
    await look(auth, session, session.old, before)
  }
}

/** The sessions that a step revokes. */
function coveredBy(
  { action, session }: Step,
  userId: string,
  known: readonly Known[],
): readonly Known[] {
  const own = known.filter((one) => one.userId === userId)
  const chosen = known[session % known.length]!
  switch (action) {
    case 'revokeAll':
    case 'listAndRevoke':
    case 'deleteUser':
      return own
    case 'revokeOthers':
      return own.filter((one) => one !== chosen)
    case 'signOut':
      return [chosen]
    default:
      return []
  }
}

/** Makes the call of a step. Returns whether the revocation was confirmed. */
async function take(
  { action, session }: Step,
  userId: string,
  known: readonly Known[],
  auth: HistoryAuth,
  subject: HistorySubject,
  before: ReadonlyMap<Known, boolean>,
): Promise<boolean> {
  const chosen = known[session % known.length]!
  switch (action) {
    case 'visitOld':
      await look(auth, chosen, chosen.old, before)
      return false
    case 'visitNew':
      if (chosen.token) await look(auth, chosen, chosen.token, before)
      return false
    case 'signOut': {
      const found = await look(auth, chosen, chosen.token ?? chosen.old, before)
      if (found) await auth.invalidateSession(found)
      return found !== undefined
    }
    case 'revokeAll':
      await auth.invalidateAllUserSessions(userId)
      return true
    case 'revokeOthers':
      await auth.invalidateAllUserSessions(userId, { except: await subject.movedId(chosen.old) })
      return true
    case 'listAndRevoke':
      for (const { sessionId } of await auth.getAllUserSessions(userId)) {
        await auth.invalidateSession(sessionId)
      }
      return true
    case 'deleteUser':
      await auth.deleteUser(userId)
      return true
    case 'moveAll':
      await auth.moveAll?.({ limit: 3 })
      return false
    case 'signIn':
      return false
  }
}

/** Visits with a token, and checks what it opens. Returns the id of the session. */
async function look(
  auth: HistoryAuth,
  session: Known,
  token: string,
  before: ReadonlyMap<Known, boolean>,
): Promise<string | undefined> {
  const mustBeRevoked = before.get(session)!
  const result = await auth.validateToken({ token, consistency: 'strong' })
  if (result.valid) {
    if (mustBeRevoked) throw new BrokenPromise(`a revoked session came back: ${shown(session)}`)
    const given = auth.createBearerToken(result.session)
    if (session.token && session.token !== given) {
      throw new BrokenPromise(`a session has two tokens: ${shown(session)}`)
    }
    session.token = given
    return result.session.sessionId
  }
  if (!session.canBeRevoked) throw new BrokenPromise(`a visitor was signed out: ${shown(session)}`)
  return undefined
}

/** What the histories look for, and not a failure that a test caused. */
class BrokenPromise extends Error {}

const shown = ({ userId, old }: Known) => `${old} of ${userId}`

interface Client {
  readonly auth: HistoryAuth
  fault:
    | { at: number; readonly kind: Fault; readonly killedAt: number; readonly lag: number }
    | undefined
}

function newClient(subject: HistorySubject, now: () => number): Client {
  const client = { fault: undefined } as { -readonly [Name in keyof Client]: Client[Name] }
  const call = async <Result>(
    send: () => Promise<Result>,
    kill?: (at: number) => Promise<Result>,
  ): Promise<Result> => {
    const { fault } = client
    for (let turn = fault?.lag ?? 0; turn > 0; turn--) await nextTurn()
    const isFailing = fault !== undefined && fault.at > 0 && --fault.at === 0
    if (!isFailing) return send()
    if (fault.kind === 'unsent') throw new Error('the statement was not sent')
    if (fault.kind === 'killed' && kill) return kill(fault.killedAt)
    await send()
    throw new Error('the answer was lost')
  }
  client.auth = subject.connect(
    (driver) => ({
      ...driver,
      query: (...args) => call(() => driver.query(...args)),
      change: (...args) => call(() => driver.change(...args)),
      transaction: (statements) =>
        call(
          () => driver.transaction(statements),
          async (killedAt) => {
            const at = killedAt % statements.length
            await driver.transaction([...statements.slice(0, at), KILLER, ...statements.slice(at)])
            throw new BrokenPromise('a transaction with a failing statement was committed')
          },
        ),
    }),
    now,
  )
  return client
}

/** A statement that fails in every engine. */
const KILLER = { text: 'select 1 from no_such_table', values: [], returnsRows: true } as const

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0))
}
