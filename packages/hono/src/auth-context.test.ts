import type { InferSession } from '@limen/core'
import { Hono } from 'hono'
import { setCookie } from 'hono/cookie'
import { expect, expectTypeOf, it } from 'vitest'
import {
  type AuthContext,
  type AuthVariables,
  type OptionalSessionVariables,
  type SessionVariables,
  authenticate,
  requireBearer,
  requireRecentSignIn,
  requireSession,
} from '@limen/hono'
import { type TestAuth, createAuth } from '../test/app.ts'

type Own = { Bindings: { readonly KEY: string }; Variables: { requestId: string } }

async function greet(c: AuthContext<TestAuth>): Promise<Response> {
  expectTypeOf(c.var.auth.validate()).resolves.toEqualTypeOf<InferSession<TestAuth> | null>()
  // @ts-expect-error: not a variable
  void c.var.typo
  setCookie(c, 'seen', '1')
  const session = await c.var.auth.validate()
  return c.text(`${c.req.path}: ${session?.user.name ?? 'anonymous'}`)
}

/** With the bindings and variables of the app. */
async function greetOwn(c: AuthContext<TestAuth, Own>): Promise<Response> {
  expectTypeOf(c.env.KEY).toEqualTypeOf<string>()
  expectTypeOf(c.var.requestId).toEqualTypeOf<string>()
  // @ts-expect-error: not a binding
  void c.env.TYPO
  return c.json([c.env.KEY, c.var.requestId, await (await greet(c)).text()])
}

it('AuthContext: a helper takes the context of public and member routes', async () => {
  const { auth, headers } = await createAuth()
  const app = new Hono<{ Variables: AuthVariables<TestAuth> }>()
  app.use(authenticate(auth))
  app.get('/', (c) => greet(c))
  app.get('/users/:id', requireSession(auth), (c) => greet(c))
  app.get('/recent', requireRecentSignIn(auth, { withinMs: 60_000 }), (c) => greet(c))
  app.get(
    '/guarded',
    requireSession(auth, (c) => greet(c)),
    (c) => greet(c),
  )
  app.get('/bearer', requireBearer(auth), (c) => greet(c))
  app.notFound((c) => greet(c))
  const members = new Hono<{ Variables: SessionVariables<TestAuth> }>()
  members.use(requireSession(auth))
  members.get('/members', (c) => greet(c))
  app.route('/', members)
  for (const path of ['/', '/users/1', '/recent', '/guarded', '/members', '/nowhere']) {
    const response = await app.request(path, { headers })
    expect(await response.text()).toBe(`${path}: Ada`)
    expect(response.headers.get('Set-Cookie')).toBe('seen=1; Path=/')
  }
  expect(await (await app.request('/guarded')).text()).toBe('/guarded: anonymous')
})

it('AuthContext: has the bindings and variables of the app', async () => {
  const { auth, headers } = await createAuth()
  type AppEnv = {
    Bindings: Own['Bindings'] & { readonly OTHER: number }
    Variables: Own['Variables'] & OptionalSessionVariables<TestAuth>
  }
  const app = new Hono<AppEnv>()
  app.use(async (c, next) => {
    c.set('requestId', 'r1')
    await next()
  })
  app.use(authenticate(auth, { from: ['cookie', 'bearer'] }))
  app.get('/', (c) => greetOwn(c))
  app.get('/me', requireSession(auth), (c) => greetOwn(c))
  const other = new Hono<{ Bindings: Own['Bindings']; Variables: AuthVariables<TestAuth> }>()
  // @ts-expect-error: no variable requestId
  other.get('/', (c) => greetOwn(c))
  const without = new Hono<{ Variables: AuthVariables<TestAuth> & Own['Variables'] }>()
  // @ts-expect-error: no binding KEY
  without.get('/', (c) => greetOwn(c))
  for (const path of ['/', '/me']) {
    const response = await app.request(path, { headers }, { KEY: 'k', OTHER: 1 })
    expect(await response.json()).toEqual(['k', 'r1', `${path}: Ada`])
  }
})

it('AuthContext: a context without the AuthRequest is a type error', () => {
  const app = new Hono<{ Variables: { requestId: string } }>()
  // @ts-expect-error: no variable auth
  app.get('/', (c) => greet(c))
  expect(app.routes).toHaveLength(1)
})
