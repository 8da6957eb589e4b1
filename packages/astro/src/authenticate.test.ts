import { authenticate } from '@limen/astro'
import { limen } from '@limen/core'
import { describe, expect, it } from 'vitest'
import { type AppSession, DAY, CROSS_SITE, createAuth } from '../test/app.ts'
import { type Handler, type Route, astroApp } from '../test/astro.ts'

type AppRoute = Route<AppSession>

const name: AppRoute = async ({ locals }) =>
  new Response((await locals.auth.validate())?.user.name ?? 'anonymous')

const page: AppRoute = () => new Response('page')

const privately = { cacheControl: 'private, no-store', vary: 'Cookie' }
const marksOf = ({ headers }: Response) => ({
  cacheControl: headers.get('Cache-Control'),
  vary: headers.get('Vary'),
})

describe('eager', () => {
  it('is the default: a component that reads the session first finds a private page', async () => {
    const { auth, calls, clock, cookie, visit } = await createAuth()
    clock.now += DAY
    const component: AppRoute = ({ locals }) => {
      const body = new ReadableStream<Uint8Array>({
        async start(controller) {
          const session = await locals.auth.validate()
          controller.enqueue(new TextEncoder().encode(session?.user.name))
          controller.close()
        },
      })
      return new Response(body)
    }
    const response = await astroApp<AppSession>([authenticate(auth)], component)(visit())
    expect(marksOf(response)).toEqual(privately)
    expect(response.headers.getSetCookie()).toEqual([cookie.serialize()])
    expect(await response.text()).toBe('Ada')
    expect(calls).toEqual(['read eventual', 'renew'])
  })

  it('reads nothing for anonymous visitors', async () => {
    const { auth, calls, visit } = await createAuth()
    await astroApp<AppSession>([authenticate(auth)], page)(visit('/', { Cookie: '' }))
    expect(calls).toEqual([])
  })

  it('can depend on the context', async () => {
    const { auth, calls, visit } = await createAuth()
    const eager = ({ url }: { readonly url: URL }) => url.pathname !== '/blog'
    const app = astroApp<AppSession>([authenticate(auth, { eager })], page)
    expect(marksOf(await app(visit('/blog')))).toEqual({ cacheControl: null, vary: null })
    expect(calls).toEqual([])
    expect(marksOf(await app(visit('/app')))).toEqual(privately)
  })
})

describe('a prerendered page', () => {
  it('is rendered for anonymous, and its headers are not read', async () => {
    const { auth, calls, visit } = await createAuth()
    const request = visit()
    Object.defineProperty(request, 'headers', {
      get() {
        throw new Error('`Astro.request.headers` was used when rendering a prerendered page')
      },
    })
    const app = astroApp<AppSession>([authenticate(auth)], name, { isPrerendered: true })
    expect(await (await app(request)).text()).toBe('anonymous')
    expect(calls).toEqual([])
  })
})

describe('a rewrite', () => {
  it('shares the AuthRequest: one read, one cookie, one Vary', async () => {
    const { auth, calls, clock, cookie, visit } = await createAuth()
    clock.now += DAY
    const route: AppRoute = (context) =>
      context.url.pathname === '/old' ? context.rewrite('/new') : name(context)
    const response = await astroApp<AppSession>([authenticate(auth)], route)(visit('/old'))
    expect(await response.text()).toBe('Ada')
    expect(calls).toEqual(['read eventual', 'renew'])
    expect(marksOf(response)).toEqual(privately)
    expect(response.headers.getSetCookie()).toEqual([cookie.serialize()])
  })

  it('after a sign-in shows the user', async () => {
    const { auth, session, visit } = await createAuth()
    const route: AppRoute = (context) => {
      if (context.url.pathname === '/me') return name(context)
      context.locals.auth.setSession(session)
      return context.rewrite('/me')
    }
    const request = visit('/sign-in', { Cookie: '' }, 'POST')
    const response = await astroApp<AppSession>([authenticate(auth)], route)(request)
    expect(await response.text()).toBe('Ada')
    expect(response.headers.getSetCookie().length).toBe(1)
  })
})

describe('locals', () => {
  it('that two requests share are an error', async () => {
    const { auth, visit } = await createAuth()
    const thrown: unknown[] = []
    const watching: Handler<AppSession> = async (_, next) =>
      next().catch((error: unknown) => {
        thrown.push(error)
        return new Response('', { status: 500 })
      })
    const app = astroApp<AppSession>([watching, authenticate(auth)], name, { locals: {} })
    expect(await (await app(visit())).text()).toBe('Ada')
    expect((await app(visit('/', { Cookie: '' }))).status).toBe(500)
    expect(thrown).toEqual([
      expect.objectContaining({
        code: 'AUTH_CONFIG',
        message:
          'authenticate(): two requests have the same object as context.locals. Pass a new object for each request.',
      }),
    ])
  })

  it('can be those of a request that failed: the page for errors has its cookie and headers', async () => {
    const { auth, calls, clock, cookie, visit } = await createAuth()
    let hasFailed = false
    const route: AppRoute = async (context) => {
      const response = await name(context)
      if (hasFailed) return response
      hasFailed = true
      throw new Error('broken')
    }
    clock.now += DAY
    for (const options of [{}, { eager: false }]) {
      hasFailed = false
      calls.length = 0
      const app = astroApp<AppSession>([authenticate(auth, options)], route, { locals: {} })
      const request = visit()
      expect((await app(request)).status).toBe(500)
      const errorPage = await app(request)
      expect([await errorPage.text(), marksOf(errorPage)]).toEqual(['Ada', privately])
      expect(errorPage.headers.getSetCookie()).toEqual([cookie.serialize()])
      expect(calls).toEqual(['read eventual', 'renew'])
      clock.now += DAY
    }
  })
})

describe('a refused setSession()', () => {
  const signsIn =
    (session: AppSession): AppRoute =>
    ({ locals }) => {
      locals.auth.setSession(session)
      return new Response('page')
    }

  it('in an action has the code FORBIDDEN', async () => {
    const { auth, session, visit } = await createAuth()
    const given = { routePattern: '/_actions/[...path]' }
    const app = astroApp<AppSession>([authenticate(auth)], signsIn(session), given)
    const response = await app(visit('/_actions/signIn', CROSS_SITE, 'POST'))
    expect(response.status).toBe(403)
    expect(await response.json()).toEqual({
      type: 'AstroActionError',
      code: 'FORBIDDEN',
      status: 403,
      message: 'Forbidden: cross-site',
    })
  })

  it('does not change another failure of an action', async () => {
    const { auth, visit } = await createAuth()
    const given = { routePattern: '/_actions/[...path]' }
    const broken: AppRoute = () => {
      throw new Error('broken')
    }
    const app = astroApp<AppSession>([authenticate(auth)], broken, given)
    const response = await app(visit('/_actions/signIn', CROSS_SITE, 'POST'))
    expect(await response.json()).toMatchObject({ code: 'INTERNAL_SERVER_ERROR', status: 500 })
  })
})

describe('requireOrigin', () => {
  it('refuses a request of another site before an endpoint runs', async () => {
    const { auth, visit } = await createAuth()
    let runs = 0
    const endpoint: AppRoute = () => {
      runs++
      return new Response('done')
    }
    const app = astroApp<AppSession>([authenticate(auth, { requireOrigin: true })], endpoint)
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
    const requireOrigin = ({ url }: { readonly url: URL }) => url.pathname !== '/webhook'
    const app = astroApp<AppSession>([authenticate(auth, { requireOrigin })], name)
    expect(await (await app(visit('/webhook', CROSS_SITE, 'POST'))).text()).toBe('anonymous')
    expect((await app(visit('/', CROSS_SITE, 'POST'))).status).toBe(403)
  })
})

describe('waitUntil', () => {
  const idle = async (locals: object, options?: Parameters<typeof authenticate>[1]) => {
    const { auth, calls, clock, visit } = await createAuth()
    clock.now += DAY
    const app = astroApp<AppSession>([authenticate(auth, options)], name, { locals })
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

  it.each([
    ['locals.cfContext', (ctx: Context) => ({ cfContext: ctx })],
    ['locals.runtime.ctx', (ctx: Context) => ({ runtime: { ctx } })],
    ['locals.netlify.context', (context: Context) => ({ netlify: { context } })],
  ])('is that of %s', async (_, localsOf) => {
    const context = new Context()
    await idle(localsOf(context))
    expect(context.works.length).toBe(1)
  })

  it('is the option, where it is given', async () => {
    const context = new Context()
    const given: unknown[] = []
    await idle({ cfContext: context }, { waitUntil: (work) => void given.push(work) })
    expect([given.length, context.works.length]).toEqual([1, 0])
  })

  it('is left out where the platform has none', async () => {
    await idle({})
    await idle({ cfContext: {} })
    await idle({
      get runtime() {
        throw new Error('Astro.locals.runtime has been removed')
      },
    })
  })
})

describe('auth', () => {
  it('can be a function of the context, where bindings come with each request', async () => {
    const { config, visit } = await createAuth()
    const made: unknown[] = []
    const onRequest = authenticate(({ locals }) => {
      made.push(locals)
      return limen(config)
    })
    const locals = { env: 'bindings' }
    expect(await (await astroApp<AppSession>([onRequest], name, { locals })(visit())).text()).toBe(
      'Ada',
    )
    expect(made).toEqual([locals])
  })
})
