/** Only the clock of Redis decides what has expired. */
import { limen } from '@limen/core'
import { withPlainIds } from '@limen/core/store-kit'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { redisStore } from './index.ts'

const DAY = 86_400_000
const HOUR = 3_600_000

describe.skipIf(!inject('redis'))('E7: app servers whose clocks are wrong', () => {
  let admin: Redis
  beforeAll(() => {
    admin = new Redis({ port: inject('redis')!.port })
  })
  afterAll(() => admin.disconnect())

  const YEARS = 10 * 365 * DAY
  const FIRST_LIFE = 15 * DAY

  /** Runs in a process whose clock is wrong by an offset. */
  const at = async <Result>(offset: number, work: () => Promise<Result>): Promise<Result> => {
    const right = Date.now
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => right() + offset)
    try {
      return await work()
    } finally {
      clock.mockRestore()
    }
  }
  /** An app on each of the servers, and a user with a session that the right one created. */
  const servers = async (prefix: string) => {
    const store = redisStore(admin, { prefix })
    const plain = withPlainIds(store)
    const auth = limen({ store, now: () => Date.now() })
    const { userId } = await auth.createUser({})
    const session = await auth.createSession({ userId })
    const ids = async () => (await plain.listByUser(userId)).map((found) => found.session.id)
    const keyOf = async (id: string) =>
      (await admin.keys(`{${prefix}:*:session:${id.slice(22)}`))[0] ?? ''
    const list = async () => (await admin.keys(`{${prefix}:*:sessions`))[0] ?? ''
    return { store: plain, auth, userId, session, ids, keyOf, list }
  }

  it.each([
    ['far ahead', YEARS],
    ['far behind', -YEARS],
  ])('E7: a sign-in on a server %s hides no other session', async (name, offset) => {
    const { auth, userId, session, ids } = await servers(`sign-in ${name}`)
    const other = await at(offset, () => auth.createSession({ userId }))
    const next = await auth.createSession({ userId })
    const all = [session, other, next].map(({ sessionId }) => sessionId)
    expect(new Set(await ids())).toEqual(new Set(all))
    const listed = await auth.getAllUserSessions(userId)
    expect(listed.map(({ sessionId }) => sessionId)).toEqual(
      expect.arrayContaining([session.sessionId, next.sessionId]),
    )
    expect(await at(offset, () => auth.getSession(other.sessionId))).not.toBe(null)
  })

  it('E7: a session of a server far behind is stored for its whole lifetime', async () => {
    const { auth, userId, session, ids, keyOf, list } = await servers('life')
    await auth.invalidateSession(session.sessionId)
    const other = await at(-YEARS, () => auth.createSession({ userId }))
    const key = await keyOf(other.sessionId)
    const isAbout = (left: number, life: number) => {
      expect(left).toBeGreaterThan(life + HOUR - 60_000)
      expect(left).toBeLessThan(life + HOUR + 60_000)
    }
    isAbout(await admin.pttl(key), FIRST_LIFE)
    isAbout(await admin.pttl(await list()), FIRST_LIFE)
    const token = auth.createBearerToken(other)
    const renewed = await at(2 * DAY - YEARS, () => auth.validateSession(token))
    expect(renewed.fresh).toBe(true)
    isAbout(await admin.pttl(key), FIRST_LIFE + 2 * DAY)
    isAbout(await admin.pttl(await list()), FIRST_LIFE + 2 * DAY)
    const except = other.sessionId
    await at(-YEARS, () => auth.invalidateAllUserSessions(userId, { except }))
    expect(await ids()).toEqual([except])
    isAbout(await admin.pttl(key), FIRST_LIFE + 2 * DAY)
    isAbout(await admin.pttl(await list()), FIRST_LIFE + 2 * DAY)
  })

  it('E7: a renewal by a server far ahead or behind hides no session, and shortens none', async () => {
    const { store, auth, userId, session, ids, keyOf, list } = await servers('renewal')
    const other = await auth.createSession({ userId })
    const all = new Set([session.sessionId, other.sessionId])
    const key = await keyOf(session.sessionId)
    const before = Number(await admin.pexpiretime(key))
    for (const offset of [-YEARS, YEARS]) {
      const now = Date.now() + offset
      const deadlines = { activePeriodExpiresAt: now + DAY, idlePeriodExpiresAt: now + 2 * DAY }
      expect(await at(offset, () => store.renew(session.sessionId, deadlines))).toBe(true)
      expect(new Set(await ids())).toEqual(all)
      expect(Number(await admin.pexpiretime(key))).toBeGreaterThanOrEqual(before)
    }
    await auth.createSession({ userId })
    expect(await ids()).toHaveLength(3)
    const { idlePeriodExpiresAt } = session
    await admin.persist(key)
    const far = Date.now() + 2 * YEARS
    const deadlines = { activePeriodExpiresAt: far, idlePeriodExpiresAt: far }
    await store.renew(session.sessionId, deadlines)
    expect(Number(await admin.pexpiretime(key)), 'a key without an expiry').toBe(far + HOUR)
    expect(Number(await admin.pexpiretime(await list()))).toBeGreaterThan(
      idlePeriodExpiresAt.getTime() + YEARS - 15 * DAY,
    )
  })
})
