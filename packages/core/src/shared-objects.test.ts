/** D: one object of the app that serves two visitors. */
import { describe, expect, it } from 'vitest'
import { COOKIE, DAY, createApp, visit } from '../test/app.ts'
import type { RequestContext } from './middleware.ts'
import { handle } from './response.ts'

describe('D: [T49] one Response that the app returns to several visitors', () => {
  type Case = [how: string, run: (response: Response) => Response]
  const cases: Case[] = [
    ['returned', (response) => response],
    [
      'thrown',
      (response) => {
        throw response
      },
    ],
  ]
  it.each(cases)('has no cookie of another visitor when it is %s', async (_, run) => {
    const { auth, clock, signIn } = createApp()
    const { session, token } = await signIn()
    const done = new Response(null, { status: 204 })
    const signedIn = await handle(auth, visit(null, {}, 'POST'), (authRequest) => {
      authRequest.setSession(session)
      return run(done)
    })
    clock.now += DAY
    const renewed = await handle(auth, visit(token), async (authRequest) => {
      await authRequest.validate()
      return run(done)
    })
    const other = await handle(auth, visit(null), () => run(done))

    expect(signedIn.headers.getSetCookie()).toHaveLength(1)
    expect(renewed.headers.getSetCookie()).toHaveLength(1)
    expect(other.headers.getSetCookie()).toEqual([])
  })
})

describe('D: [T45] an object that several requests are made of', () => {
  const headersOf = (token: string | null) => visit(token).headers

  it('does not share its AuthRequest with its copies', async () => {
    const { auth, signIn } = createApp()
    const [ada, bob] = [await signIn('Ada'), await signIn('Bob')]
    const base = { method: 'GET', url: 'https://app.example/', headers: headersOf(null) }
    const whoIs = (request: typeof base) =>
      handle(auth, request, async (authRequest) =>
        Response.json((await authRequest.validate())?.user.name ?? null),
      ).then((response) => response.json())

    expect(await whoIs(base)).toBeNull()
    const copies = [ada.token, bob.token].map((token) => ({ ...base, headers: headersOf(token) }))
    expect(await Promise.all(copies.map(whoIs))).toEqual(['Ada', 'Bob'])
  })

  it.each(['copy', 'descendant', 'proxy'])('is not the same request as its %s', async (kind) => {
    const { auth, signIn } = createApp()
    const [ada, bob] = [await signIn('Ada'), await signIn('Bob')]
    const outer = { method: 'GET', url: 'https://app.example/', headers: headersOf(ada.token) }
    const headers = headersOf(bob.token)
    const inner = {
      copy: () => ({ ...outer, headers }),
      descendant: () => Object.create(outer, { headers: { value: headers } }) as typeof outer,
      proxy: () =>
        new Proxy(outer, {
          get: (target, name) => (name === 'headers' ? headers : Reflect.get(target, name)),
        }),
    }[kind]!()
    let name: string | undefined
    await handle(auth, outer, async (authRequest) => {
      await authRequest.validate()
      return handle(auth, inner, async (own) => {
        name = (await own.validate())?.user.name
        return new Response()
      })
    })
    expect(name).toBe('Bob')
  })
})

describe('D7: a callback of an adapter', () => {
  it('that rejects a cookie later is reported, and its rejection is handled', async () => {
    const { auth, clock, events, signIn } = createApp()
    const { token } = await signIn()
    clock.now += DAY
    const setCookie = (async () => {
      throw new Error('cookies cannot be set here')
    }) as () => void
    const session = await auth.openRequest({ request: visit(token), setCookie }).validate()
    await new Promise((resolve) => setTimeout(resolve))
    expect(events.at(-1)).toEqual({ type: 'cookie-lost' })
    expect(session?.fresh).toBe(true)
  })

  const fail = () => {
    throw new TypeError('there is no ctx')
  }
  const failing: [what: string, context: Pick<RequestContext, 'waitUntil'>][] = [
    ['waitUntil that throws', { waitUntil: fail }],
    ['a getter of waitUntil that throws', Object.defineProperty({}, 'waitUntil', { get: fail })],
  ]
  it.each(failing)('%s: the renewal is awaited', async (_, context) => {
    const { auth, clock, calls, signIn } = createApp()
    const { token } = await signIn()
    clock.now += DAY
    const opened = Object.defineProperties(
      { request: visit(token), setCookie() {} },
      Object.getOwnPropertyDescriptors(context),
    )
    const authRequest = auth.openRequest(opened)
    expect(await authRequest.validate()).toMatchObject({ fresh: true })
    expect(calls).toEqual(['read', 'renew'])
    expect(authRequest.cookie()?.name).toBe(COOKIE)
  })
})
