import { type AuthEvent, type RequestOpener, type SessionFields, limen } from '@limen/core'
import { describe, expect, it } from 'vitest'
import { availableEngines } from '../test/engines.ts'
import {
  TABLE,
  createGuideTables,
  guideApps,
  guideOptions,
  signInByGuide,
} from '../test/guide-apps.ts'
import { visit } from '../test/visit.ts'
import { luciaGuide } from './guides.ts'

const MINUTE = 60_000

const [sqlite, ...servers] = availableEngines()
/** One format with a hash of the secret, and one without: the statements of the others are the same. */
const [hashed, , , split] = guideApps
const subjects = [
  ...guideApps.map((app) => ({ ...sqlite!, title: app.title, app })),
  ...servers.flatMap((engine) =>
    [hashed!, split!].map((app) => ({ ...engine, title: app.title, app })),
  ),
]

describe.each(subjects)('sessions by $title in $name', ({ app, open }) => {
  async function opened() {
    const database = await open(3)
    await createGuideTables(database, app)
    const clock = { ahead: 0 }
    const events: AuthEvent[] = []
    const create = (driver = database.driver) =>
      limen({
        ...luciaGuide<{ username: string }>(app.format, driver, guideOptions),
        getUserAttributes: ({ username }) => ({ username }),
        now: () => Date.now() + clock.ahead,
        onEvent: (event) => events.push(event),
      })
    const theirs = () => database.rows(`select * from ${TABLE}`)
    const ours = () => database.rows('select * from new_session')
    const signIn = (userId = 1, now = Date.now()) => signInByGuide(database, app, { userId, now })
    const byOld = async (auth: RequestOpener<SessionFields<object>>, token: string) =>
      (await visit(auth, `${app.cookieName}=${token}`)).userId
    return { database, clock, events, create, auth: create(), theirs, ours, signIn, byOld }
  }

  it('50 requests with one old cookie get one new token, and one row is moved', async () => {
    const { database, create, events, theirs, ours, signIn } = await opened()
    const old = await signIn()
    const auths = [create(), create(database.connect())]
    const visits = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        visit(auths[index % 2]!, `${app.cookieName}=${old}`),
      ),
    )
    expect(visits.map(({ userId }) => userId)).toEqual(Array(50).fill('1'))
    expect(new Set(visits.map(({ token }) => token)).size).toBe(1)
    expect([await theirs(), (await ours()).length]).toEqual([[], 1])
    const [{ cookies, token }] = visits as [(typeof visits)[0]]
    expect(cookies[1]).toMatch(new RegExp(`^${app.cookieName}=; Path=/; Max-Age=0; `))
    const next = await visit(auths[1]!, `__Host-Http-session=${token}`)
    expect([next.userId, next.cookies]).toEqual(['1', []])

    // No secret is in the table or in an event.
    const secrets = [old, old.split('.')[1] ?? old, token!.split('.')[1]!]
    for (const text of [JSON.stringify(await ours()), JSON.stringify(events)]) {
      for (const secret of secrets) expect(text).not.toContain(secret)
    }
    await database.close()
  })

  it('the app sees the user and the deadline, and the old token ends a minute after the new one was seen', async () => {
    const { database, auth, clock, signIn, byOld } = await opened()
    const signedIn = Math.floor(Date.now() / 1000) * 1000
    const old = await signIn(1, signedIn)
    const session = await auth.validateSession(old)
    expect(session.user).toEqual({ userId: '1', username: 'ada' })
    expect(session.idlePeriodExpiresAt.getTime()).toBe(signedIn + app.lifetime)
    const { token } = await visit(auth, '', { headers: { Authorization: `Bearer ${old}` } })
    expect(token).toBeUndefined()
    const newToken = auth.createBearerToken(session)
    clock.ahead = app.lifetime / 4
    expect(await byOld(auth, old)).toBe('1')
    expect((await visit(auth, `__Host-Http-session=${newToken}`)).userId).toBe('1')
    clock.ahead += MINUTE - 1000
    expect(await byOld(auth, old)).toBe('1')
    clock.ahead += 2000
    expect(await byOld(auth, old)).toBeUndefined()
    expect((await visit(auth, `__Host-Http-session=${newToken}`)).userId).toBe('1')
    await database.close()
  })

  it('expired, forged and cross-site requests open nothing and move nothing', async () => {
    const { database, auth, theirs, ours, signIn, byOld } = await opened()
    const old = await signIn()
    const expired = await signIn(1, Date.now() - app.lifetime - MINUTE)
    const other = await signIn(2)
    const [id = ''] = old.split('.')
    const forged = old.includes('.')
      ? [`${id}.${other.split('.')[1]}`, `${id}.${'a'.repeat(old.length - id.length - 1)}`, id]
      : [old.slice(0, -1), `${old}x`, 'a'.repeat(32)]
    for (const token of [expired, ...forged, '.', 'a.b', `${old}.`, '%', 'ä'.repeat(30)]) {
      expect(await byOld(auth, token), token).toBeUndefined()
    }
    const crossSite = { method: 'POST', headers: { 'Sec-Fetch-Site': 'cross-site' } }
    expect((await visit(auth, `${app.cookieName}=${old}`, crossSite)).userId).toBeUndefined()
    expect([(await theirs()).length, await ours()]).toEqual([3, []])

    // Of a session that was moved, too.
    expect(await byOld(auth, old)).toBe('1')
    for (const token of forged) expect(await byOld(auth, token), token).toBeUndefined()
    expect(await byOld(auth, encodeURIComponent(old))).toBe('1')
    await database.close()
  })

  it('sessions that were not moved are listed, and revoked by id, by user, and with the user', async () => {
    const { database, auth, theirs, ours, signIn, byOld } = await opened()
    const [one, two, three, other] = [
      await signIn(),
      await signIn(),
      await signIn(),
      await signIn(2),
    ]
    expect(await byOld(auth, one)).toBe('1')
    const list = await auth.getAllUserSessions('1')
    expect(new Set(list.map(({ sessionId }) => sessionId)).size).toBe(3)
    const [moved] = await ours()
    const unmoved = list.filter(({ sessionId }) => sessionId !== moved!['id'])
    await auth.invalidateSession(unmoved[0]!.sessionId, { userId: '1' })
    const still = [await byOld(auth, two), await byOld(auth, three)]
    expect(still.filter((userId) => userId === '1')).toHaveLength(1)
    expect(await auth.getAllUserSessions('1')).toHaveLength(2)

    const next = await signIn()
    await auth.invalidateAllUserSessions('1', { except: moved!['id'] as string })
    const after = [one, two, three, next, other].map((token) => byOld(auth, token))
    expect(await Promise.all(after)).toEqual(['1', undefined, undefined, undefined, '2'])

    // Of those that were not moved, one can be excepted too.
    const [kept, revoked] = [await signIn(2), await signIn(2)]
    const listed = await auth.getAllUserSessions('2')
    for (const { sessionId } of listed) {
      expect((await auth.getSession(sessionId))?.sessionId).toBe(sessionId)
    }
    const id = app.format.newId((await app.format.parse(kept))!.id)
    const excepted = listed.find(({ sessionId }) => sessionId === id)!
    await auth.invalidateAllUserSessions('2', { except: excepted.sessionId })
    expect([await byOld(auth, kept), await byOld(auth, revoked)]).toEqual(['2', undefined])
    await auth.deleteUser('2')
    expect((await theirs()).length).toBe(0)
    expect(await auth.getUser('2')).toBeNull()
    await database.close()
  })

  it('a session that is revoked while eight requests move it does not come back', async () => {
    const { database, create, signIn, byOld } = await opened()
    const auths = [create(), create(database.connect())] as const
    let cameBack = 0
    for (let round = 0; round < 8; round++) {
      const old = await signIn()
      const [listed] = await auths[0].getAllUserSessions('1')
      const visits = Array.from({ length: 8 }, async (_, index) => {
        await new Promise((resolve) => setTimeout(resolve, (index * round) % 7))
        return byOld(auths[index % 2]!, old)
      })
      await new Promise((resolve) => setTimeout(resolve, round % 5))
      if (round % 2) await auths[0].invalidateAllUserSessions('1')
      else await auths[0].invalidateSession(listed!.sessionId)
      const after = await byOld(auths[1], old)
      await Promise.all(visits)
      if (after || (await byOld(auths[0], old))) cameBack++
    }
    expect(cameBack).toBe(0)
    await database.close()
  })

  it('after the old table was dropped, those who were moved are still admitted', async () => {
    const { database, auth, signIn, byOld } = await opened()
    const [old, late] = [await signIn(), await signIn()]
    expect(await byOld(auth, old)).toBe('1')
    await database.rows(`drop table ${TABLE}`)
    const after = limen(
      luciaGuide<{ username: string }>(app.format, database.driver, {
        ...guideOptions,
        session: null,
      }),
    )
    expect(await byOld(after, old)).toBe('1')
    expect(await byOld(after, late)).toBeUndefined()
    await database.close()
  })
})
