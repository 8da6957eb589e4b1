import { type AuthError, limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { Hono, type MiddlewareHandler } from 'hono'
import { describe, expect, it } from 'vitest'
import {
  authenticate,
  requireBearer,
  requireOrigin,
  requireRecentSignIn,
  requireSession,
} from '@limen/hono'
import { URL, createAuth } from '../test/app.ts'
import * as catalogue from './messages.ts'

const callers = { authenticate, requireBearer, requireOrigin, requireRecentSignIn, requireSession }
const names = Object.keys(callers) as (keyof typeof callers)[]
const called = (caller: keyof typeof callers, ...args: unknown[]) =>
  (callers[caller] as unknown as (...args: unknown[]) => MiddlewareHandler)(...args)
const auth = limen({ store: memoryStore() })

/** The code and message of the error that a call throws, or that it causes in a request. */
async function errorOf(create: () => MiddlewareHandler): Promise<[code: string, message: string]> {
  try {
    const app = new Hono()
    app.get('/', create(), (c) => c.text('never'))
    app.onError((error, c) => c.json([(error as AuthError).code, error.message], 500))
    return await (await app.request(URL)).json()
  } catch (error) {
    return [(error as AuthError).code, (error as AuthError).message]
  }
}

describe('AUTH_CONFIG errors', () => {
  const notAuth: [auth: unknown, got: string][] = [
    [undefined, 'undefined'],
    [null, 'null'],
    [{}, 'an object'],
    [[], 'an array'],
    ['redis://:password@localhost', 'a string'],
    [5, '5'],
    [Symbol('auth'), 'a symbol'],
    [Object.create(null), 'an object'],
    [new Date(), 'an object of the class Date'],
    [Promise.resolve(auth), 'a promise: await it first'],
  ]
  it.each(notAuth)('A4: AUTH_FORM: auth cannot be %s', async (given, got) => {
    for (const name of names) {
      const message = `${name}(): auth must be what limen() returned, or a function of the context that returns it (got ${got})`
      const more = name === 'requireRecentSignIn' ? [{ withinMs: 1 }] : []
      for (const source of [given, () => given]) {
        expect(await errorOf(() => called(name, source, ...more))).toEqual(['AUTH_CONFIG', message])
      }
    }
  })

  it('A4: AUTH_FORM: auth cannot be an async function', async () => {
    expect(await errorOf(() => called('authenticate', async () => auth))).toEqual([
      'AUTH_CONFIG',
      'authenticate(): auth must be what limen() returned, or a function of the context that returns it (got a promise: await it first)',
    ])
  })

  const options: [options: unknown, message: (known: string) => string][] = [
    [null, () => '(): options must be an object (got null)'],
    [true, () => '(): options must be an object (got true)'],
    [[], () => '(): options must be an object (got an array)'],
    [{ eagre: true }, (known) => `(): eagre is not an option. The options are: ${known}`],
    [{ eager: 'true' }, () => '(): eager must be true or false (got "true")'],
    [{ eager: null }, () => '(): eager must be true or false (got null)'],
  ]
  it.each(options)('A4: options cannot be %j', async (given, message) => {
    const known = { authenticate: 'eager, from', requireOrigin: 'eager' }
    for (const name of ['authenticate', 'requireOrigin'] as const) {
      expect(await errorOf(() => called(name, auth, given))).toEqual([
        'AUTH_CONFIG',
        name + message(known[name]),
      ])
    }
  })

  const notFrom: [from: unknown, got: string][] = [
    ['bearer', '"bearer"'],
    [[], '[]'],
    [['Bearer'], '["Bearer"]'],
    [['cookie', 'query'], '["cookie","query"]'],
    [null, 'null'],
    [true, 'true'],
  ]
  it.each(notFrom)('A4: FROM_FORM: from cannot be %j', async (from, got) => {
    expect(await errorOf(() => called('authenticate', auth, { from }))).toEqual([
      'AUTH_CONFIG',
      `authenticate(): from must be ["cookie"], ["bearer"] or ["cookie", "bearer"] (got ${got})`,
    ])
  })

  const within = 'a whole number of milliseconds above 0, such as 600000 (10 minutes)'
  const notWithin: [options: unknown, message: string][] = [
    [undefined, `withinMs is missing. It must be ${within}`],
    [{}, `withinMs is missing. It must be ${within}`],
    [{ withinMs: '10m' }, `withinMs must be ${within} (got a string)`],
    [{ withinMs: 0 }, `withinMs must be ${within} (got 0)`],
    [{ withinMs: 0.5 }, `withinMs must be ${within} (got 0.5)`],
    [{ withinMs: Infinity }, `withinMs must be ${within} (got Infinity)`],
    [{ withinMs: 1, within: 1 }, 'within is not an option. The options are: withinMs'],
    [5, 'options must be an object (got 5)'],
  ]
  it.each(notWithin)('A4: WITHIN_FORM: options cannot be %j', async (given, message) => {
    expect(await errorOf(() => called('requireRecentSignIn', auth, given))).toEqual([
      'AUTH_CONFIG',
      `requireRecentSignIn(): ${message}`,
    ])
  })

  const notOtherwise: [otherwise: unknown, got: string][] = [
    [5, '5'],
    [null, 'null'],
    [{}, 'an object'],
    ['text', 'a string'],
    [true, 'true'],
  ]
  it.each(notOtherwise)('A4: OTHERWISE_FORM: otherwise cannot be %j', async (given, got) => {
    expect(await errorOf(() => called('requireSession', auth, given))).toEqual([
      'AUTH_CONFIG',
      `requireSession(): otherwise must be a function of the context (got ${got})`,
    ])
    const recent = { withinMs: 1 }
    expect(await errorOf(() => called('requireRecentSignIn', auth, recent, given))).toEqual([
      'AUTH_CONFIG',
      `requireRecentSignIn(): otherwise must be a function of the context (got ${got})`,
    ])
  })

  it('E13: every option can be undefined', async () => {
    const { auth, headers } = await createAuth()
    const app = new Hono()
    const middleware = [
      authenticate(auth, undefined),
      authenticate(auth, { eager: undefined, from: undefined }),
      requireOrigin(auth, { eager: undefined }),
      requireSession(auth, undefined),
      requireRecentSignIn(auth, { withinMs: 1 }, undefined),
    ] as const
    app.get('/', ...middleware, (c) => c.text('page'))
    expect(await (await app.request(URL, { headers })).text()).toBe('page')
  })
})

describe('responses', () => {
  const evil = 'https://evil.example'
  const texts: [
    message: string,
    middleware: MiddlewareHandler,
    headers: Record<string, string>,
    status: number,
    text: string,
  ][] = [
    ['UNAUTHORIZED', requireSession(auth), { Origin: URL.slice(0, -1) }, 401, 'Unauthorized'],
    [
      'UNAUTHORIZED_BEARER',
      requireSession(auth),
      { Authorization: 'Bearer x' },
      401,
      'Unauthorized: requireSession() reads the session cookie. Use requireBearer()',
    ],
    [
      'UNAUTHORIZED_TOKEN',
      requireBearer(auth),
      { Authorization: 'Bearer x' },
      401,
      'Unauthorized: the bearer token opens no session',
    ],
    ['UNAUTHORIZED', requireBearer(auth), {}, 401, 'Unauthorized'],
    ['forbidden()', requireSession(auth), { Origin: evil }, 403, 'Forbidden: origin-mismatch'],
    ['forbidden()', requireOrigin(auth), { Origin: evil }, 403, 'Forbidden: origin-mismatch'],
    ['forbidden()', requireOrigin(auth), {}, 403, 'Forbidden: origin-missing'],
    [
      'forbidden()',
      requireOrigin(auth),
      { 'Sec-Fetch-Site': 'cross-site' },
      403,
      'Forbidden: cross-site',
    ],
  ]
  it.each(texts)('%s', async (_, middleware, headers, status, text) => {
    const app = new Hono()
    app.post('/', middleware, (c) => c.text('never'))
    const response = await app.request(URL, { method: 'POST', headers })
    expect([response.status, await response.text()]).toEqual([status, text])
  })

  it('UNAUTHORIZED_OLD', async () => {
    const { auth, clock, headers } = await createAuth()
    clock.now += 1
    const app = new Hono()
    app.get('/', requireRecentSignIn(auth, { withinMs: 1 }), (c) => c.text('never'))
    const response = await app.request(URL, { headers })
    expect([response.status, await response.text()]).toEqual([401, 'Unauthorized: sign in again'])
  })

  it('the catalogue has no other messages', () => {
    expect(Object.keys(catalogue).toSorted()).toEqual([
      'AUTH_FORM',
      'FROM_FORM',
      'OTHERWISE_FORM',
      'UNAUTHORIZED',
      'UNAUTHORIZED_BEARER',
      'UNAUTHORIZED_OLD',
      'UNAUTHORIZED_TOKEN',
      'WITHIN_FORM',
      'forbidden',
    ])
  })
})
