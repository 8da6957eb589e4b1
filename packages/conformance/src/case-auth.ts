/** `limen()` over a store under test: for input that core checks before it calls the store. */
import {
  type Auth,
  type MaxSessions,
  type OriginRequest,
  type RequestContext,
  type Session,
  limen,
} from '@limen/core'
import { equal } from './expect.ts'
import type { AnyCaseStore, CaseSession, CaseUser } from './store-case.ts'

/** What sessions and users of {@link StoreAuth} show: their stored attributes below one name. */
interface Shown<Attributes> {
  readonly stored: Readonly<Attributes>
}

/** An `auth` object over a store under test. */
export type StoreAuth = Auth<
  CaseUser,
  CaseSession,
  Shown<CaseUser>,
  Shown<CaseSession>,
  [request: OriginRequest],
  RequestContext
>

/** A call of a store with its arguments. */
type StoreCalled = readonly [name: string, first: unknown, second: unknown]

/** `limen()` over a store, and the calls of the store with their arguments. */
export function authOver(
  store: AnyCaseStore,
  options: { readonly maxSessionsPerUser?: MaxSessions; readonly now?: () => number } = {},
): {
  readonly auth: StoreAuth
  readonly calls: readonly StoreCalled[]
} {
  const calls: StoreCalled[] = []
  const recorded = new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      return (...args: unknown[]) => {
        calls.push([String(name), args[0], args[1]])
        return Reflect.apply(member, target, args)
      }
    },
  })
  const auth = limen({
    ...options,
    store: recorded,
    // An attribute can have the name of a field, or the name "then".
    getUserAttributes: (stored) => ({ stored }),
    getSessionAttributes: (stored) => ({ stored }),
  })
  return { auth, calls }
}

/** Attributes of any form, as those of a user. */
export const userAttributes = (attributes: object): CaseUser => attributes as CaseUser

/** Attributes of any form, as those of a session. */
export const sessionAttributes = (attributes: object): CaseSession => attributes as CaseSession

/** Creates a user with a session, and checks later that neither has changed. */
export async function signedIn(
  auth: StoreAuth,
  userId: string,
): Promise<{
  readonly session: Session<Shown<CaseUser>, Shown<CaseSession>>
  readonly token: string
  readonly isUnchanged: () => Promise<void>
}> {
  const user = await auth.createUser({
    userId,
    attributes: userAttributes({ name: userId, note: `note of ${userId}` }),
  })
  const session = await auth.createSession({ userId, attributes: { device: 'phone', seen: 1 } })
  const token = auth.createBearerToken(session)
  return {
    session,
    token,
    async isUnchanged() {
      equal(await auth.getUser(userId), user, `user ${userId}`)
      const expected = { ...session, fresh: false }
      const validated = await auth.validateToken({ token, consistency: 'strong' })
      equal(validated, { valid: true, session: expected }, `session of ${userId}`)
      equal(await auth.getAllUserSessions(userId), [expected], `sessions of ${userId}`)
    },
  }
}
