/** What a history of calls on one session, or on one user, can answer: the store's contract as rules. */
import type { InsertOptions, SessionAndUser, SessionRecord, UserRecord } from '@limen/core'
import type { Observed } from './order.ts'
import { sameText } from './expect.ts'
import type { CaseSession, CaseUser } from './store-case.ts'

/** One call of a history, with its arguments. */
export type Call =
  | {
      readonly call: 'insert'
      readonly session: SessionRecord<CaseSession>
      readonly options: InsertOptions
      /**
       * The store is routed, and the replaced session belongs to another user: no step spans both. So
       * the new session can exist for a while although the old one has not ended, and remain if the
       * call fails. No client has its token. Sessions above the limit are revoked in its step.
       */
      readonly isInTwoSteps: boolean
    }
  | {
      readonly call: 'read'
      readonly sessionId: string
      readonly userId: string
      readonly isStrong: boolean
    }
  | {
      readonly call: 'renew'
      readonly sessionId: string
      readonly active: number
      readonly idle: number
    }
  | {
      readonly call: 'update'
      readonly sessionId: string
      readonly attributes: Partial<CaseSession>
    }
  | { readonly call: 'delete'; readonly sessionId: string }
  | { readonly call: 'deleteByUser'; readonly userId: string; readonly except: string | undefined }
  | { readonly call: 'listByUser'; readonly userId: string }
  | { readonly call: 'deleteExpired'; readonly now: number }
  | { readonly call: 'readUser'; readonly userId: string }
  | { readonly call: 'updateUser'; readonly userId: string; readonly attributes: Partial<CaseUser> }
  | { readonly call: 'deleteUser'; readonly userId: string }

/** What a call answered that a limit of sessions refused. */
export const REFUSED = 'refused'

/** A call that was made. */
export interface Made {
  readonly made: Call
  /** Which client made it, for the report. */
  readonly client: number
  readonly started: number
  /** Infinite when it failed: it can have taken effect or not, also later. */
  readonly ended: number
  /** What the store answered; `undefined` also when it failed. */
  readonly answer: unknown
  /** When it failed. */
  readonly failedAt?: number
  /** It failed and is assumed to have taken effect before. */
  readonly isAssumed?: boolean
}

type Found = SessionAndUser<CaseUser, CaseSession>

/** One session, as the contract defines it. */
export interface SessionState {
  readonly current: SessionRecord<CaseSession> | null
  /** It or its user was deleted: it must not exist again. */
  readonly isDeleted: boolean
  /** Its earlier values: an eventual read can return one of them. */
  readonly past: readonly SessionRecord<CaseSession>[]
}

/** One user, as the contract defines it. */
export interface UserState {
  readonly current: CaseUser | null
  readonly past: readonly CaseUser[]
}

const deleted = (state: SessionState): SessionState => ({
  current: null,
  isDeleted: state.isDeleted || state.current !== null,
  past: pastOf(state),
})

const deletedForever = (state: SessionState): SessionState => ({
  ...deleted(state),
  isDeleted: true,
})

const storing =
  (session: SessionRecord<CaseSession>) =>
  (state: SessionState): SessionState | undefined =>
    state.current || state.isDeleted ? undefined : { ...state, current: session }

const pastOf = <Value>({
  current,
  past,
}: {
  current: Value | null
  past: readonly Value[]
}): Value[] => (current ? [...past, current] : [...past])

/**
 * What can have happened in a history: an insert with options that failed has changed all of its
 * sessions before it failed, or none of them. The calls on one session cannot show that, so each
 * possible history assumes one of both.
 */
export function possibleHistories(history: readonly Made[]): (readonly Made[])[] {
  return history.reduce<(readonly Made[])[]>(
    (possible, call) => {
      const { made, ended, failedAt } = call
      const isOpen =
        ended === Infinity && made.call === 'insert' && Object.keys(made.options).length > 0
      const calls: (readonly Made[])[] = isOpen
        ? [made.isInTwoSteps ? [call] : [], [{ ...call, ended: failedAt!, isAssumed: true }]]
        : [[call]]
      return possible.flatMap((before) => calls.map((added) => [...before, ...added]))
    },
    [[]],
  )
}

/** The calls of a history that concern one session. */
export function onSession(
  { id, userId }: Pick<SessionRecord<CaseSession>, 'id' | 'userId'>,
  history: readonly Made[],
): Observed<SessionState>[] {
  const inserted = history.find(({ made }) => made.call === 'insert' && made.session.id === id)

  return history.flatMap((call) => {
    const { made, answer, ended } = call
    const failed = ended === Infinity
    const seen = (effect: Observed<SessionState>['effect'], optional = failed) => [
      { text: () => textOf(call), started: call.started, ended, optional, effect },
    ]

    switch (made.call) {
      case 'insert': {
        const { session, options, isInTwoSteps } = made
        const { replaces, limit } = options
        const isStored = call.isAssumed || isUser(answer)
        if (session.id === id) {
          if (isStored || (failed && !isInTwoSteps)) return seen(storing(session))
          return isInTwoSteps && answer !== REFUSED
            ? [...seen(storing(session), true), ...seen(deletedForever)]
            : []
        }
        if (replaces === id) {
          if (isStored) return seen((state) => (state.current ? deleted(state) : undefined))
          const isUserThere = !isUserDeletedBefore(session.userId, ended, history)
          return answer === null && isUserThere
            ? seen((state) => (state.current ? undefined : state))
            : []
        }
        const canRevoke = limit?.onLimit === 'revoke-oldest' && session.userId === userId
        return canRevoke && (isStored || isInTwoSteps) ? seen(deleted, true) : []
      }
      case 'read':
        if (made.sessionId !== id || failed) return []
        return seen(reading((answer as Found | null)?.session, made.isStrong))
      case 'listByUser':
        if (made.userId !== userId || failed) return []
        return seen(
          reading((answer as Found[]).find((one) => one.session.id === id)?.session, true),
        )
      case 'renew':
        if (made.sessionId !== id) return []
        return seen(
          changing(answer, (current) => ({
            ...current,
            activePeriodExpiresAt: Math.max(current.activePeriodExpiresAt, made.active),
            idlePeriodExpiresAt: Math.max(current.idlePeriodExpiresAt, made.idle),
          })),
        )
      case 'update':
        if (made.sessionId !== id) return []
        return seen(
          changing(answer, (current) => ({
            ...current,
            attributes: { ...current.attributes, ...made.attributes },
          })),
        )
      case 'delete':
        return made.sessionId === id ? seen(deleted) : []
      case 'deleteByUser': {
        if (made.userId !== userId) return []
        if (made.except === id) return seen((state) => state)
        // A session that is being created concurrently can be deleted or not.
        const isCertain = inserted !== undefined && inserted.ended < call.started
        return seen(deleted, failed || !isCertain)
      }
      case 'deleteUser':
        if (made.userId !== userId) return []
        return seen(deletedForever)
      case 'deleteExpired':
        return seen(
          (state) =>
            state.current && state.current.idlePeriodExpiresAt <= made.now
              ? deleted(state)
              : undefined,
          true,
        )
      default:
        return []
    }
  })

  function reading(found: SessionRecord<CaseSession> | undefined, isStrong: boolean) {
    return (state: SessionState): SessionState | undefined => {
      const possible = isStrong || !found ? [state.current] : [state.current, ...state.past]
      return possible.some((one) => sameText(one, found ?? null)) ? state : undefined
    }
  }

  /** A change has an effect on an existing session: `true` or `false` says whether, a lost answer does not. */
  function changing(
    answer: unknown,
    changed: (current: SessionRecord<CaseSession>) => SessionRecord<CaseSession>,
  ) {
    return (state: SessionState): SessionState | undefined => {
      if (answer === false) return state.current ? undefined : state
      return state.current
        ? { ...state, current: changed(state.current), past: pastOf(state) }
        : undefined
    }
  }
}

/** The calls of a history that concern one user. */
export function onUser(id: string, history: readonly Made[]): Observed<UserState>[] {
  return history.flatMap((call) => {
    const { made, answer, ended } = call
    const failed = ended === Infinity
    const seen = (effect: Observed<UserState>['effect']) => [
      { text: () => textOf(call), started: call.started, ended, optional: failed, effect },
    ]

    switch (made.call) {
      case 'insert':
        if (made.session.userId !== id || failed || call.isAssumed) return []
        if (answer === REFUSED) return seen((state) => (state.current ? state : undefined))
        // `null` can also be the answer for a missing session to replace.
        if (answer === null && made.options.replaces !== undefined) return []
        return seen(reading((answer as UserRecord<CaseUser> | null)?.attributes ?? null, true))
      case 'read':
        if (made.userId !== id || !answer) return []
        return seen(reading((answer as Found).user.attributes, made.isStrong))
      case 'listByUser':
        if (made.userId !== id || failed) return []
        return seen((state) =>
          (answer as Found[]).every(({ user }) => sameText(user.attributes, state.current))
            ? state
            : undefined,
        )
      case 'readUser':
        if (made.userId !== id || failed) return []
        return seen(reading((answer as UserRecord<CaseUser> | null)?.attributes ?? null, true))
      case 'updateUser':
        if (made.userId !== id) return []
        return seen((state) => {
          if (answer === false) return state.current ? undefined : state
          const current = state.current && { ...state.current, ...made.attributes }
          return current ? { current, past: pastOf(state) } : undefined
        })
      case 'deleteUser':
        return made.userId === id ? seen((state) => ({ current: null, past: pastOf(state) })) : []
      default:
        return []
    }
  })

  function reading(attributes: CaseUser | null, isStrong: boolean) {
    return (state: UserState): UserState | undefined => {
      const possible = isStrong ? [state.current] : [state.current, ...state.past]
      return possible.some((one) => sameText(one, attributes)) ? state : undefined
    }
  }
}

function isUser(answer: unknown): answer is UserRecord<CaseUser> {
  return typeof answer === 'object' && answer !== null
}

/** Whether a user can have been deleted before a time. No user is created again. */
function isUserDeletedBefore(id: string, time: number, history: readonly Made[]): boolean {
  return history.some(
    ({ made, started }) => made.call === 'deleteUser' && made.userId === id && started < time,
  )
}

/** A call as a line of the report: client, time, arguments and answer. */
function textOf({ client, made, started, ended, answer, isAssumed }: Made): string {
  const { call, ...args } = made
  const hasFailed = isAssumed || ended === Infinity
  const answered = hasFailed ? 'failed' : (JSON.stringify(answer) ?? 'done')
  return `client ${client}, ${started} to ${ended}: ${call}(${JSON.stringify(args)}) → ${answered}`
}
