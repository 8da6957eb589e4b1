import { type AuthError, limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { Hono, type MiddlewareHandler } from 'hono'
import { describe, expect, it } from 'vitest'
import { authenticate, requireOrigin, requireSession } from '@limen/hono'
import { URL, createAuth } from '../test/app.ts'
import * as catalogue from './messages.ts'

const callers = { authenticate, requireOrigin, requireSession }
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
      for (const source of [given, () => given]) {
        expect(await errorOf(() => called(name, source))).toEqual(['AUTH_CONFIG', message])
      }
    }
  })

  it('A4: AUTH_FORM: auth cannot be an async function', async () => {
    expect(await errorOf(() => called('authenticate', async () => auth))).toEqual([
      'AUTH_CONFIG',
      'authenticate(): auth must be what limen() returned, or a function of the context that returns it (got a promise: await it first)',
    ])
  })

  const options: [options: unknown, message: string][] = [
    [null, '(): options must be an object (got null)'],
    [true, '(): options must be an object (got true)'],
    [[], '(): options must be an object (got an array)'],
    [{ eagre: true }, '(): eagre is not an option. The options are: eager'],
    [{ eager: 'true' }, '(): eager must be true or false (got "true")'],
    [{ eager: null }, '(): eager must be true or false (got null)'],
  ]
  it.each(options)('A4: options cannot be %j', async (given, message) => {
    for (const name of ['authenticate', 'requireOrigin'] as const) {
      expect(await errorOf(() => called(name, auth, given))).toEqual([
        'AUTH_CONFIG',
        name + message,
      ])
    }
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
  })

  it('E13: every option can be undefined', async () => {
    const { auth, headers } = await createAuth()
    const app = new Hono()
    const middleware = [
      authenticate(auth, undefined),
      authenticate(auth, { eager: undefined }),
      requireOrigin(auth, { eager: undefined }),
      requireSession(auth, undefined),
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
      'Unauthorized: requireSession() reads the session cookie. Use validateBearerToken()',
    ],
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

  it('the catalogue has no other messages', () => {
    expect(Object.keys(catalogue).toSorted()).toEqual([
      'AUTH_FORM',
      'OTHERWISE_FORM',
      'UNAUTHORIZED',
      'UNAUTHORIZED_BEARER',
      'forbidden',
    ])
  })
})
