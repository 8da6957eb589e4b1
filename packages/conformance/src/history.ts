/** Random histories: several clients call a store concurrently, and the answers must be linearizable. */
import type { SessionAndUser, SessionLimit, SessionRecord } from '@limen/core'
import { routeOf, withPlainIds } from '@limen/core/store-kit'
import fc from 'fast-check'
import { type Engine, paceOf } from './engine.ts'
import { type Call, type Made, REFUSED, onSession, onUser, possibleHistories } from './model.ts'
import { type Observed, isExplained } from './order.ts'
import type { CaseSession, CaseStore, CaseUser } from './store-case.ts'

/** How the histories of one case differ from those of another. */
export interface HistoryOptions {
  /** How many histories. */
  readonly histories: number
  /** The seed of the random choices; printed when a history fails. */
  readonly seed: number
  /** Whether answers of the engine are lost. */
  readonly isFaulty: boolean
}

const CLIENTS = 3
/** How many sessions the first user can have. */
const SESSIONS = 5
/** How many the second user can have. */
const SESSIONS_OF_OTHER = 2
const DAY = 86_400_000
const SECOND = 1000

/** What a client does: a call, an insert with options, or a read with the write that it leads to. */
type Action = Call['call'] | 'replace' | 'insertLimited' | 'bind'

/** How often each is done. */
const WEIGHTS: Readonly<Record<Action, number>> = {
  insert: 4,
  replace: 4,
  insertLimited: 2,
  read: 3,
  renew: 3,
  deleteByUser: 3,
  delete: 2,
  update: 2,
  bind: 2,
  listByUser: 1,
  readUser: 1,
  updateUser: 1,
  deleteUser: 1,
  deleteExpired: 1,
}

/** A command before it gets names: numbers for clients, sessions, users and times. */
interface Command {
  readonly action: Action
  readonly client: number
  readonly session: number
  /** The session to replace. */
  readonly replaced: number
  readonly time: number
  /** Reads strongly; excepts a session; merges another attribute; refuses at the limit. */
  readonly flag: boolean
  /** The answer of the engine's n-th call from here on is lost; 0: none. */
  readonly lost: number
}

const command = (isFaulty: boolean): fc.Arbitrary<Command> =>
  fc.record({
    action: fc.oneof(
      ...Object.entries(WEIGHTS).map(([action, weight]) => ({
        weight,
        arbitrary: fc.constant(action as Action),
      })),
    ),
    client: fc.nat(CLIENTS - 1),
    session: fc.nat(SESSIONS + 1),
    replaced: fc.nat(SESSIONS + 1),
    time: fc.nat(9),
    flag: fc.boolean(),
    lost: isFaulty
      ? fc.oneof(
          { weight: 6, arbitrary: fc.constant(0) },
          { weight: 2, arbitrary: fc.integer({ min: 1, max: 3 }) },
          // A replacement with a limit can take several calls of the engine.
          { weight: 1, arbitrary: fc.integer({ min: 4, max: 8 }) },
        )
      : fc.constant(0),
  })

/**
 * Runs random histories on an engine, each on users and sessions of its own.
 *
 * @throws {Error} With the smallest history that no order explains, and the seed that leads to it.
 */
export async function runHistories(opened: Engine, options: HistoryOptions): Promise<void> {
  const { histories, seed, isFaulty } = options
  let turn: (call: string) => Promise<void> = async () => {}
  const pace = paceOf((call) => turn(call))
  const clients: CaseStore[] = []
  for (let client = 0; client < CLIENTS; client++) {
    clients.push(withPlainIds(await opened.connect(pace)))
  }
  let count = 0
  const engine = turnsOfTheEngine()

  const rounds = fc.array(fc.array(command(isFaulty), { minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 4,
  })
  /** For how many turns each answer of the engine is delayed. */
  const lags = fc.array(fc.nat(6), { minLength: 9, maxLength: 9 })
  /** Whether there is a second user, with sessions of its own: seldom, as it costs calls. */
  const others = fc.nat(3).map((chance) => chance === 0)
  const history = fc.asyncProperty(
    rounds,
    lags,
    others,
    fc.scheduler(),
    async (plan, held, hasOther, scheduler) => {
      const names = await namesOf(clients[0]!, count++, hasOther)
      const made = await play(plan, held, scheduler, names)
      const why = unexplained(made, names)
      if (why) throw new Error(why)
    },
  )
  try {
    await fc.assert(history, { numRuns: histories, seed })
  } finally {
    engine.close()
  }

  async function play(
    plan: readonly (readonly Command[])[],
    held: readonly number[],
    scheduler: fc.Scheduler,
    names: Names,
  ): Promise<Made[]> {
    const made: Made[] = []
    const created = new Set<number>()
    let now = 0
    let answers = 0
    await Promise.all(
      names.users.map((id) => clients[0]!.createUser({ id, attributes: { name: id } })),
    )
    await together(names.first, (session) => {
      created.add(session)
      return insertOf(names.sessions[session]!)
    })

    for (const round of plan) {
      const calls = round.flatMap((one) => {
        const call = named(one, names, created)
        return call ? [{ call, one }] : []
      })
      let untilLost = isFaulty ? (round.find(({ lost }) => lost)?.lost ?? 0) : 0
      turn = async (call) => {
        const turns = 1 + held[answers++ % held.length]!
        for (let turn = 0; turn < turns; turn++) {
          await engine.works()
          await scheduler.schedule(Promise.resolve(), call)
        }
        if (--untilLost === 0) throw new Error('the answer was lost')
      }
      const all = calls.map(async ({ call, one }) => {
        await scheduler.schedule(Promise.resolve(), call.call)
        const found = await make(call, one.client)
        if (one.action === 'bind' && found) await make(bindingOf(found), one.client)
      })
      await scheduler.waitFor(Promise.all(all))
      turn = async () => {}
    }

    await together(names.users, (userId) => ({ call: 'listByUser', userId }))
    await together(names.users, (userId) => ({ call: 'readUser', userId }))
    await together(names.users, (userId) => ({ call: 'deleteByUser', userId, except: undefined }))
    await together([...created], (session) => {
      const { id: sessionId, userId } = names.sessions[session]!
      return { call: 'read', sessionId, userId, isStrong: true }
    })
    await together(names.users, (userId) => ({ call: 'deleteUser', userId }))
    return made

    async function together<Name>(all: readonly Name[], call: (name: Name) => Call): Promise<void> {
      await Promise.all(all.map((name, client) => make(call(name), client % CLIENTS)))
    }

    /** Returns the session that a read found. */
    async function make(call: Call, client: number): Promise<FoundSession | undefined> {
      const started = now++
      try {
        const answer = await answerOf(clients[client]!, call)
        made.push({ made: call, client, started, ended: now++, answer })
        return call.call === 'read' ? ((answer as FoundSession | null) ?? undefined) : undefined
      } catch (error) {
        const isRefused = (error as { readonly code?: unknown }).code === 'AUTH_SESSION_LIMIT'
        if (!isFaulty && !isRefused) throw error
        const answered = isRefused
          ? { ended: now++, answer: REFUSED }
          : { ended: Infinity, failedAt: now++, answer: undefined }
        made.push({ made: call, client, started, ...answered })
        return undefined
      }
    }
  }
}

/**
 * Lets the engine work before the next turn, so that several answers wait to be chosen from: as
 * short a wait as every runtime has. `setTimeout` takes a millisecond.
 */
function turnsOfTheEngine(): { works(): Promise<void>; close(): void } {
  const { port1, port2 } = new MessageChannel()
  const waiting: (() => void)[] = []
  port1.onmessage = () => waiting.shift()?.()
  return {
    works: () =>
      new Promise((resolve) => {
        waiting.push(resolve)
        port2.postMessage(null)
      }),
    close: () => port1.close(),
  }
}

type FoundSession = SessionAndUser<CaseUser, CaseSession>

interface Names {
  readonly users: readonly string[]
  readonly sessions: readonly SessionRecord<CaseSession>[]
  /** The sessions that exist from the beginning, one for each user. */
  readonly first: readonly number[]
  /** Whether the store has no `deleteExpired`. */
  readonly isSelfExpiring: boolean
  readonly isRouted: boolean
}

async function namesOf(store: CaseStore, count: number, hasOther: boolean): Promise<Names> {
  const now = Date.now()
  const history = `h${count.toString(36).padStart(10, '0')}`
  const first = hasOther ? [0, SESSIONS] : [0]
  const users = first.map((_, user) => `${history}-${user}`)
  const isRouted = store.traits?.routed === true
  const routes = await Promise.all(users.map(async (id) => (isRouted ? routeOf(id) : '')))
  const sessions = Array.from(
    { length: SESSIONS + (hasOther ? SESSIONS_OF_OTHER : 0) },
    (_, session) => {
      const user = session < SESSIONS ? 0 : 1
      const route = routes[user]!
      return {
        id: `${route}${history}-${session}`.padEnd(route.length + 22, '_'),
        userId: users[user]!,
        secretHash: String(session).repeat(43),
        createdAt: now + session,
        // Every other session is idle from the beginning: core renews only idle ones.
        activePeriodExpiresAt: now + (session % 2) * DAY,
        idlePeriodExpiresAt: now + 2 * DAY,
        attributes: { device: `device ${session}` },
      }
    },
  )
  return { users, sessions, first, isSelfExpiring: !store.deleteExpired, isRouted }
}

/** Gives a command its names; `null` for a call that cannot be made. */
function named(command: Command, names: Names, created: Set<number>): Call | null {
  const { action: call, time, flag } = command
  const index = command.session % names.sessions.length
  const session = names.sessions[index]!
  const { id: sessionId, userId } = session
  switch (call) {
    case 'insert':
    case 'insertLimited':
    case 'replace': {
      if (created.has(index)) return null
      const existing = [...created]
      const replaced = names.sessions[existing[command.replaced % existing.length]!]!
      created.add(index)
      const limit = time < 5 || call === 'insertLimited' ? limitOf(command, session) : undefined
      if (call === 'insert') return insertOf(session)
      if (call === 'insertLimited') return { ...insertOf(session), options: { limit } }
      return {
        call: 'insert',
        session,
        options: { replaces: replaced.id, limit },
        isInTwoSteps: names.isRouted && replaced.userId !== userId,
      }
    }
    case 'read':
      return { call, sessionId, userId, isStrong: flag }
    case 'renew': {
      const active = session.activePeriodExpiresAt + time * SECOND
      return { call, sessionId, active, idle: session.idlePeriodExpiresAt + (9 - time) * SECOND }
    }
    case 'update':
      return { call, sessionId, attributes: flag ? { seen: time } : { device: `device ${time}` } }
    case 'bind':
      return { call: 'read', sessionId, userId, isStrong: true }
    case 'delete':
      return { call, sessionId }
    case 'deleteByUser':
      return { call, userId, except: flag ? sessionId : undefined }
    case 'updateUser':
      return { call, userId, attributes: flag ? { note: `${time}` } : { name: `name ${time}` } }
    case 'deleteExpired':
      if (names.isSelfExpiring) return null
      return { call, now: session.idlePeriodExpiresAt + (time - 5) * SECOND }
    case 'listByUser':
    case 'readUser':
    case 'deleteUser':
      return { call, userId }
  }
}

/** The write by which the first refresh of a device binds its session: it follows from what was read. */
function bindingOf({ session }: FoundSession): Call {
  const { id: sessionId, attributes } = session
  return { call: 'update', sessionId, attributes: { device: `${attributes.device} bound` } }
}

function insertOf(session: SessionRecord<CaseSession>): Call & { readonly call: 'insert' } {
  return { call: 'insert', session, options: {}, isInTwoSteps: false }
}

function limitOf({ time, flag }: Command, { createdAt: now }: Names['sessions'][number]) {
  const limit: SessionLimit = {
    most: 1 + (time % 3),
    onLimit: flag ? 'refuse' : 'revoke-oldest',
    now,
  }
  return limit
}

function answerOf(store: CaseStore, made: Call): Promise<unknown> {
  switch (made.call) {
    case 'insert':
      return store.insert(made.session, made.options)
    case 'read':
      return store.read(made.sessionId, { consistency: made.isStrong ? 'strong' : 'eventual' })
    case 'renew':
      return store.renew(made.sessionId, {
        activePeriodExpiresAt: made.active,
        idlePeriodExpiresAt: made.idle,
      })
    case 'update':
      return store.update(made.sessionId, made.attributes)
    case 'delete':
      return store.delete(made.sessionId)
    case 'deleteByUser':
      return store.deleteByUser(made.userId, { except: made.except })
    case 'listByUser':
      return store.listByUser(made.userId)
    case 'deleteExpired':
      return store.deleteExpired!({ now: made.now, limit: 1000 })
    case 'readUser':
      return store.readUser(made.userId)
    case 'updateUser':
      return store.updateUser(made.userId, made.attributes)
    case 'deleteUser':
      return store.deleteUser(made.userId)
  }
}

/** Why no order explains the answers of a history: a session or user, with all its calls. */
function unexplained(made: readonly Made[], names: Names): string | null {
  const reports = possibleHistories(made).map((history) => unexplainedIn(history, names))
  return reports.includes(null) ? null : reports[0]!
}

/** The first session or user whose answers no order explains, with all its calls. */
function unexplainedIn(made: readonly Made[], names: Names): string | null {
  for (const session of names.sessions) {
    const seen = onSession(session, made)
    const start = { current: null, isDeleted: false, past: [] }
    if (!isExplained(start, seen)) return reportOf(`session ${session.id}`, seen)
  }
  for (const id of names.users) {
    const seen = onUser(id, made)
    if (!isExplained({ current: { name: id }, past: [] }, seen)) return reportOf(`user ${id}`, seen)
  }
  return null
}

function reportOf(what: string, seen: readonly Pick<Observed<unknown>, 'text'>[]): string {
  return `no order of the calls explains the answers of ${what}:\n${seen.map(({ text }) => text()).join('\n')}`
}
