import { limen } from '@limen/core'
import { authenticate, sveltekit } from '@limen/sveltekit'
import { describe, expect, it } from 'vitest'
import { type AppSession, DAY, CROSS_SITE, codeOf, createAuth } from '../test/app.ts'
import { type Hook, type Route, kit } from '../test/kit.ts'

/** An app as users of Lucia 2 have it. */
async function createMigrated(
  route: (made: Awaited<ReturnType<typeof createAuth>>) => Route<AppSession>,
) {
  const made = await createAuth()
  const auth = limen({ ...made.config, middleware: sveltekit() })
  const handle: Hook<AppSession> = ({ event, resolve }) => {
    event.locals.auth = auth.handleRequest(event)
    return resolve(event)
  }
  return { ...made, auth, handle, app: kit<AppSession>([handle], route(made)) }
}

const name: Route<AppSession> = async ({ locals }) =>
  new Response((await locals.auth.validate())?.user.name ?? 'anonymous')

describe('sveltekit()', () => {
  it('renews the cookie, and makes the page private', async () => {
    const { app, calls, clock, cookie, visit } = await createMigrated(() => name)
    clock.now += DAY
    const response = await app(visit())
    expect(await response.text()).toBe('Ada')
    expect(response.headers.getSetCookie()).toEqual([
      `${cookie.name}=${cookie.value}; Path=/; By=SvelteKit`,
    ])
    expect(response.headers.get('Cache-Control')).toBe('private, no-store')
    expect(response.headers.get('Vary')).toBe('Cookie')
    expect(calls).toEqual(['read eventual', 'renew'])
  })

  it('sets and deletes the cookie', async () => {
    const { app, cookie, visit } = await createMigrated(({ session }) => ({ locals, url }) => {
      locals.auth.setSession(url.pathname === '/sign-in' ? session : null)
      return new Response('page')
    })
    for (const [path, value] of [
      ['/sign-in', cookie.value],
      ['/sign-out', ''],
    ] as const) {
      const response = await app(visit(path, {}, 'POST'))
      expect(response.headers.getSetCookie()).toEqual([
        `${cookie.name}=${value}; Path=/; By=SvelteKit`,
      ])
      expect(response.headers.get('Cache-Control')).toBe('private, no-store')
    }
  })

  it('sends the cookies that delete earlier forms', async () => {
    const made = await createAuth()
    const auth = limen({
      ...made.config,
      middleware: sveltekit(),
      sessionCookie: { formerly: [{ name: 'auth_session' }] },
    })
    const handle: Hook<AppSession> = ({ event, resolve }) => {
      event.locals.auth = auth.handleRequest(event)
      return resolve(event)
    }
    const app = kit<AppSession>([handle], ({ locals }) => {
      locals.auth.setSession(null)
      return new Response('page')
    })
    const lines = (await app(made.visit('/', {}, 'POST'))).headers.getSetCookie()
    expect(lines.map((line) => line.split('=')[0])).toEqual([made.cookie.name, 'auth_session'])
  })

  it('answers 403 where setSession() is refused', async () => {
    const { app, visit } = await createMigrated(({ session }) => ({ locals }) => {
      locals.auth.setSession(session)
      return new Response('page')
    })
    expect((await app(visit('/', CROSS_SITE, 'POST'))).status).toBe(403)
  })

  it('keeps the Cache-Control that the app set before', async () => {
    const { app, visit } = await createMigrated(() => (event) => {
      event.setHeaders({ 'cache-control': 'private, max-age=60' })
      return name(event)
    })
    const response = await app(visit())
    expect(await response.text()).toBe('Ada')
    expect(response.headers.get('Cache-Control')).toBe('private, max-age=60')
    expect(response.headers.get('Vary')).toBe('Cookie')
  })

  it('in a streamed promise validate() finds the session, and setSession() throws', async () => {
    let late: Promise<unknown> = Promise.resolve()
    let send = () => {}
    const sent = new Promise<void>((resolve) => (send = resolve))
    const { app, calls, clock, visit } = await createMigrated(({ session }) => ({ locals }) => {
      late = sent.then(async () => [
        (await locals.auth.validate())?.user.name,
        codeOf(() => locals.auth.setSession(session)),
      ])
      return new Response('page')
    })
    clock.now += DAY
    await app(visit())
    send()
    expect(await late).toEqual(['Ada', 'AUTH_RESPONSE_SENT'])
    expect(calls).toEqual(['read eventual'])
  })

  it('behind authenticate() returns event.locals.auth', async () => {
    const made = await createAuth()
    const auth = limen({ ...made.config, middleware: sveltekit() })
    const same: boolean[] = []
    const app = kit<AppSession>([authenticate(auth)], (event) => {
      same.push(auth.handleRequest(event) === event.locals.auth)
      return name(event)
    })
    expect(await (await app(made.visit())).text()).toBe('Ada')
    expect([same, made.calls]).toEqual([[true], ['read eventual']])
  })

  it('passes the renewal to the platform', async () => {
    const made = await createAuth()
    const auth = limen({ ...made.config, middleware: sveltekit() })
    const works: unknown[] = []
    const handle: Hook<AppSession> = ({ event, resolve }) => {
      event.locals.auth = auth.handleRequest(event)
      return resolve(event)
    }
    made.clock.now += DAY
    const platform = { ctx: { waitUntil: (work: unknown) => void works.push(work) } }
    await kit<AppSession>([handle], name, platform)(made.visit())
    expect(works.length).toBe(1)
  })
})
