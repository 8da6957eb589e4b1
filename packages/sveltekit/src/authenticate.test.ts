import { authenticate } from '@limen/sveltekit'
import { isHttpError, redirect } from '@sveltejs/kit'
import { describe, expect, it } from 'vitest'
import { type AppSession, DAY, CROSS_SITE, codeOf, createAuth } from '../test/app.ts'
import { type Hook, type Route, kit } from '../test/kit.ts'

type AppRoute = Route<AppSession>

const name: AppRoute = async ({ locals }) =>
  new Response((await locals.auth.validate())?.user.name ?? 'anonymous')

const privately = { cacheControl: 'private, no-store', vary: 'Cookie' }
const marksOf = ({ headers }: Response) => ({
  cacheControl: headers.get('Cache-Control'),
  vary: headers.get('Vary'),
})

describe('a refused setSession()', () => {
  it('is an error of SvelteKit, also for the app’s own error handling', async () => {
    const { auth, session, visit } = await createAuth()
    const caught: unknown[] = []
    const app = kit<AppSession>([authenticate(auth)], ({ locals }) => {
      try {
        locals.auth.setSession(session)
      } catch (error) {
        caught.push(isHttpError(error, 403), isHttpError(error) && error.body.message)
        throw error
      }
      return new Response('page')
    })
    const response = await app(visit('/', CROSS_SITE, 'POST'))
    expect([response.status, await response.text()]).toEqual([403, 'Forbidden: cross-site'])
    expect(caught).toEqual([true, 'Forbidden: cross-site'])
    expect(response.headers.getSetCookie()).toEqual([])
  })
})

describe('a cookie that the app set', () => {
  it('is visible to event.cookies and event.fetch, and leaves once', async () => {
    const { auth, cookie, session, visit } = await createAuth()
    const shown: unknown[] = []
    const app = kit<AppSession>([authenticate(auth)], (event) => {
      const { set } = event.cookies
      event.cookies.set = (...args) => {
        shown.push(args)
        set(...args)
      }
      event.locals.auth.setSession(session)
      return new Response('page')
    })
    const response = await app(visit('/', {}, 'POST'))
    expect(shown).toEqual([[cookie.name, cookie.value, cookie.attributes]])
    expect(response.headers.getSetCookie()).toEqual([cookie.serialize()])
  })

  it('leaves when a later hook redirects', async () => {
    const { auth, cookie, session, visit } = await createAuth()
    const callback: Hook<AppSession> = async ({ event }) => {
      event.locals.auth.setSession(session)
      redirect(303, '/next')
    }
    const shown: string[] = []
    const watching: Hook<AppSession> = ({ event, resolve }) => {
      const { set } = event.cookies
      event.cookies.set = (...args) => {
        shown.push(args[0])
        set(...args)
      }
      return resolve(event)
    }
    const app = kit<AppSession>([watching, authenticate(auth), callback], name)
    expect((await app(visit('/', {}, 'POST'))).status).toBe(303)
    // SvelteKit adds the cookies of event.cookies to a redirect that a hook throws.
    expect(shown).toEqual([cookie.name])
  })

  it('leaves when a hook sets it after the page was rendered', async () => {
    const { auth, cookie, session, visit } = await createAuth()
    const later: Hook<AppSession> = async ({ event, resolve }) => {
      const response = await resolve(event)
      event.locals.auth.setSession(session)
      return response
    }
    const app = kit<AppSession>([authenticate(auth), later], () => new Response('page'))
    const response = await app(visit('/', {}, 'POST'))
    expect(response.headers.getSetCookie()).toEqual([cookie.serialize()])
  })

  it('is refused when the response has left the hook', async () => {
    const { auth, session, visit } = await createAuth()
    const codes: unknown[] = []
    const outer: Hook<AppSession> = async ({ event, resolve }) => {
      const response = await resolve(event)
      codes.push(codeOf(() => event.locals.auth.setSession(session)))
      return response
    }
    await kit<AppSession>([outer, authenticate(auth)], name)(visit('/', {}, 'POST'))
    expect(codes).toEqual(['AUTH_RESPONSE_SENT'])
  })
})

describe('event.fetch', () => {
  /** A page whose `load` fetches an endpoint of the app, in the way that is given. */
  const fetching = (get: (fetch: typeof globalThis.fetch) => Promise<Response>): AppRoute => {
    return async (event) =>
      event.url.pathname === '/me'
        ? name(event)
        : new Response(await (await get(event.fetch)).text())
  }

  it('shares the AuthRequest: one read, and the page is private and renews', async () => {
    const { auth, calls, clock, cookie, visit } = await createAuth()
    const twice = fetching(async (fetch) => {
      const [one] = await Promise.all([fetch('/me'), fetch(new URL('https://app.example/me'))])
      return one
    })
    const app = kit<AppSession>([authenticate(auth)], twice)
    clock.now += DAY
    const response = await app(visit())
    expect(await response.text()).toBe('Ada')
    expect(calls).toEqual(['read eventual', 'renew'])
    expect(marksOf(response)).toEqual(privately)
    expect(response.headers.getSetCookie()).toEqual([cookie.serialize()])
  })

  it('is anonymous in an action that another site called', async () => {
    const { auth, calls, visit } = await createAuth()
    for (const init of [{ method: 'POST' }, {}]) {
      const app = kit<AppSession>(
        [authenticate(auth)],
        fetching((fetch) => fetch('/me', init)),
      )
      expect(await (await app(visit('/', CROSS_SITE, 'POST'))).text()).toBe('anonymous')
    }
    expect(calls).toEqual([])
  })

  it('refuses setSession() in an action that another site called', async () => {
    const { auth, session, visit } = await createAuth()
    const app = kit<AppSession>([authenticate(auth)], async (event) => {
      if (event.url.pathname !== '/sign-in') return event.fetch('/sign-in', { method: 'POST' })
      event.locals.auth.setSession(session)
      return new Response('signed in')
    })
    expect((await app(visit('/', CROSS_SITE, 'POST'))).status).toBe(403)
    expect((await app(visit('/', {}, 'POST'))).status).toBe(200)
  })

  it('of a POST reads with strong consistency, also from a page', async () => {
    const { auth, calls, visit } = await createAuth()
    const app = kit<AppSession>([authenticate(auth)], async (event) => {
      if (event.url.pathname === '/me') return name(event)
      await event.locals.auth.validate()
      return event.fetch('/me', { method: 'POST' })
    })
    expect(await (await app(visit())).text()).toBe('Ada')
    expect(calls).toEqual(['read eventual', 'read strong'])
  })

  it.each([
    ['credentials: omit', '/me', { credentials: 'omit' }, 'anonymous'],
    ['a cookie of its own', '/me', { headers: { Cookie: 'theme=dark' } }, 'anonymous'],
    ['a bearer token of its own', '/me', { headers: { Authorization: 'Bearer x' } }, 'Ada'],
    ['another origin', 'https://other.example/me', {}, 'from elsewhere'],
    ['a broken URL', 'https://', {}, 'Internal Error'],
  ] as [string, string, RequestInit, string][])(
    'with %s is a request of its own',
    async (_, target, init, text) => {
      const { auth, calls, visit } = await createAuth()
      const app = kit<AppSession>([authenticate(auth)], async (event) => {
        if (event.url.pathname === '/me') return name(event)
        await event.locals.auth.validate()
        return event.fetch(target, init)
      })
      expect(await (await app(visit())).text()).toBe(text)
      expect(calls.length).toBe(text === 'Ada' ? 2 : 1)
    },
  )

  it('of one Request object for all visitors shares nothing between them', async () => {
    const { auth, visit } = await createAuth()
    const { userId } = await auth.createUser({ attributes: { name: 'Grace' } })
    const other = auth.createSessionCookie(await auth.createSession({ userId }))
    const forAll = new Request('https://app.example/me')
    const app = kit<AppSession>(
      [authenticate(auth)],
      fetching((fetch) => fetch(forAll)),
    )
    const visits = [visit(), visit('/', { Cookie: `${other.name}=${other.value}` })]
    const pages = await Promise.all([...visits, visit('/', { Cookie: '' })].map(app))
    const names = await Promise.all(pages.map((page) => page.text()))
    expect(names).toEqual(['Ada', 'Grace', 'anonymous'])
  })

  it('in a streamed promise finds the session, and sets none', async () => {
    const { auth, clock, cookie, session, visit } = await createAuth()
    let late: Promise<unknown> = Promise.resolve()
    let send = () => {}
    const sent = new Promise<void>((resolve) => (send = resolve))
    const codes: unknown[] = []
    const app = kit<AppSession>([authenticate(auth)], async (event) => {
      if (event.url.pathname === '/me') {
        codes.push(codeOf(() => event.locals.auth.setSession(session)))
        return name(event)
      }
      late = sent.then(async () => (await event.fetch('/me')).text())
      return new Response('page')
    })
    clock.now += DAY
    const response = await app(visit())
    send()
    expect(await late).toBe('Ada')
    expect(codes).toEqual(['AUTH_RESPONSE_SENT'])
    expect(response.headers.getSetCookie()).toEqual([])
    expect(cookie.name).toBe('__Host-Http-session')
  })
})

describe('requireOrigin', () => {
  it('refuses a request of another site before an action runs', async () => {
    const { auth, visit } = await createAuth()
    let runs = 0
    const action: AppRoute = () => {
      runs++
      return new Response('done')
    }
    const app = kit<AppSession>([authenticate(auth, { requireOrigin: true })], action)
    const response = await app(visit('/', CROSS_SITE, 'POST'))
    expect([response.status, await response.text(), runs]).toEqual([
      403,
      'Forbidden: cross-site',
      0,
    ])
    expect((await app(visit('/', {}, 'POST'))).status).toBe(200)
    expect((await app(visit('/', CROSS_SITE))).status).toBe(200)
  })

  it('can except endpoints that other servers call', async () => {
    const { auth, visit } = await createAuth()
    const hook = authenticate(auth, { requireOrigin: ({ url }) => url.pathname !== '/webhook' })
    const app = kit<AppSession>([hook], name)
    expect(await (await app(visit('/webhook', CROSS_SITE, 'POST'))).text()).toBe('anonymous')
    expect((await app(visit('/', CROSS_SITE, 'POST'))).status).toBe(403)
  })
})

describe('eager', () => {
  it.each([true, () => true])('renders the page when the store fails', async (eager) => {
    const { auth, visit } = await createAuth()
    const failing = {
      openRequest: (context: Parameters<typeof auth.openRequest>[0]) =>
        Object.assign(auth.openRequest(context), {
          validate: () => Promise.reject(new Error('down')),
        }),
    }
    const app = kit<AppSession>([authenticate(failing, { eager })], () => new Response('page'))
    expect(await (await app(visit())).text()).toBe('page')
  })

  it('can depend on the event', async () => {
    const { auth, calls, visit } = await createAuth()
    const hook = authenticate(auth, { eager: ({ url }) => url.pathname === '/app' })
    const app = kit<AppSession>([hook], () => new Response('page'))
    expect((await app(visit('/public'))).headers.get('Cache-Control')).toBeNull()
    expect(calls).toEqual([])
    expect(marksOf(await app(visit('/app')))).toEqual(privately)
  })
})

describe('waitUntil', () => {
  const idle = async (platform: unknown, options?: Parameters<typeof authenticate>[1]) => {
    const { auth, calls, clock, visit } = await createAuth()
    clock.now += DAY
    const app = kit<AppSession>([authenticate(auth, options)], name, platform)
    const response = await app(visit())
    expect([await response.text(), marksOf(response)]).toEqual(['Ada', privately])
    expect(calls).toEqual(['read eventual', 'renew'])
  }
  /** A context whose method needs its owner, as that of Workers. */
  class Context {
    readonly works: unknown[] = []
    waitUntil(work: Promise<unknown>): void {
      this.works.push(work)
    }
  }

  it.each(['ctx', 'context'])('is that of event.platform.%s', async (property) => {
    const context = new Context()
    await idle({ [property]: context })
    expect(context.works.length).toBe(1)
  })

  it('is the option, where it is given', async () => {
    const context = new Context()
    const given: unknown[] = []
    await idle({ ctx: context }, { waitUntil: (work) => void given.push(work) })
    expect([given.length, context.works.length]).toEqual([1, 0])
  })

  it('is left out where the platform has none', async () => {
    await idle(undefined)
    await idle({})
    await idle({ ctx: {} })
    // A prerendered route in development on Cloudflare.
    await idle({
      get ctx() {
        throw new Error('Cannot access platform.ctx in a prerenderable route')
      },
    })
  })
})

describe('sequence()', () => {
  it('behind a hook that stores responses, that hook sees a private page', async () => {
    const { auth, visit } = await createAuth()
    const seen: unknown[] = []
    const cache: Hook<AppSession> = async ({ event, resolve }) => {
      const response = await resolve(event)
      seen.push(marksOf(response))
      return response
    }
    await kit<AppSession>([cache, authenticate(auth)], name)(visit())
    expect(seen).toEqual([privately])
  })

  it('takes a function of the event, where bindings come with each request', async () => {
    const { config, visit } = await createAuth()
    const { limen } = await import('@limen/core')
    const made: unknown[] = []
    const hook = authenticate((event) => {
      made.push(event.platform)
      return limen(config)
    })
    const app = kit<AppSession>([hook], name, { env: 'bindings' })
    expect(await (await app(visit())).text()).toBe('Ada')
    expect(made).toEqual([{ env: 'bindings' }])
  })
})
