import { astro, authenticate } from '@limen/astro'
import { limen } from '@limen/core'
import { describe, expect, it } from 'vitest'
import { type AppSession, DAY, CROSS_SITE, createAuth } from '../test/app.ts'
import { type Handler, type Route, astroApp } from '../test/astro.ts'

describe('astro()', () => {
  it('behind authenticate() returns context.locals.auth, also after a rewrite', async () => {
    const made = await createAuth()
    const auth = limen({ ...made.config, middleware: astro() })
    const same: boolean[] = []
    const route: Route<AppSession> = async (context) => {
      if (context.url.pathname === '/old') return context.rewrite('/new')
      const authRequest = auth.handleRequest(context)
      same.push(authRequest === context.locals.auth)
      return new Response((await authRequest.validate())?.user.name)
    }
    const response = await astroApp<AppSession>([authenticate(auth)], route)(made.visit('/old'))
    expect(await response.text()).toBe('Ada')
    expect([same, made.calls]).toEqual([[true], ['read eventual']])
  })

  /** An app as users of Lucia 2 have it. */
  async function createMigrated() {
    const made = await createAuth()
    const auth = limen({
      ...made.config,
      middleware: astro(),
      sessionCookie: { formerly: [{ name: 'auth_session' }] },
    })
    const onRequest: Handler<AppSession> = (context, next) => {
      context.locals.auth = auth.handleRequest(context)
      return next()
    }
    return { ...made, onRequest }
  }

  it('alone sets, renews and deletes the cookie with context.cookies', async () => {
    const { clock, cookie, onRequest, visit } = await createMigrated()
    const app = astroApp<AppSession>([onRequest], async ({ locals, request }) => {
      const session = await locals.auth.validate()
      if (request.method === 'POST') locals.auth.setSession(null)
      return new Response(session?.user.name)
    })
    clock.now += DAY
    const renewed = await app(visit())
    expect(await renewed.text()).toBe('Ada')
    const cookiesOf = ({ headers }: Response) => headers.getSetCookie()
    const deleted = 'auth_session=; By=Astro'
    expect(cookiesOf(renewed)).toEqual([`${cookie.name}=${cookie.value}; By=Astro`, deleted])
    const signedOut = await app(visit('/', {}, 'POST'))
    expect(cookiesOf(signedOut)).toEqual([`${cookie.name}=; By=Astro`, deleted])
  })

  it('alone refuses a request of another site, and passes renewals to the platform', async () => {
    const { clock, onRequest, session, visit } = await createMigrated()
    const statuses: unknown[] = []
    const works: unknown[] = []
    const locals = { cfContext: { waitUntil: (work: unknown) => void works.push(work) } }
    const route: Route<AppSession> = async (context) => {
      if (context.request.method === 'GET') await context.locals.auth.validate()
      else
        try {
          context.locals.auth.setSession(session)
        } catch (error) {
          statuses.push((error as { status?: unknown }).status)
        }
      return new Response('page')
    }
    const app = astroApp<AppSession>([onRequest], route, { locals })
    await app(visit('/', CROSS_SITE, 'POST'))
    clock.now += DAY
    await app(visit())
    expect([statuses, works.length]).toEqual([[403], 1])
  })
})
