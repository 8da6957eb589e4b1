import type { AuthError } from '@limen/core'
import { Hono, type MiddlewareHandler } from 'hono'
import { describe, expect, it } from 'vitest'
import { authenticate, requireOrigin, requireSession } from '@limen/hono'
import { URL, createAuth } from '../test/app.ts'

describe('options', () => {
  const noAuth: [what: string, auth: unknown, got: string][] = [
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['{}', {}, 'an object'],
    ['[]', [], 'an object'],
    ['text', 'auth', '"auth"'],
    ['5', 5, '5'],
    ['a symbol', Symbol('auth'), 'Symbol(auth)'],
    ['an object without a prototype', Object.create(null), 'an object'],
    ['a promise', Promise.resolve({}), 'a promise'],
  ]
  const callers = { authenticate, requireOrigin, requireSession }
  const called = (caller: keyof typeof callers, ...args: unknown[]) =>
    (callers[caller] as unknown as (...args: unknown[]) => MiddlewareHandler)(...args)
  const names = Object.keys(callers) as (keyof typeof callers)[]
  const wanted = 'what limen() returned, or a function of the context that returns it'

  it.each(noAuth)('A4: rejects %s as auth', async (_, auth, got) => {
    for (const name of names) {
      const message = `${name}(): auth must be ${wanted} (got ${got})`
      expect(() => called(name, auth)).toThrow(
        expect.objectContaining({ code: 'AUTH_CONFIG', message }),
      )
      const app = new Hono()
      app.get(
        '/',
        called(name, () => auth),
        (c) => c.text('never'),
      )
      app.onError((error, c) => c.json([(error as AuthError).code, error.message], 500))
      const response = await app.request(URL)
      expect(await response.json()).toEqual(['AUTH_CONFIG', message])
    }
  })

  it('A4: rejects an async function as auth', async () => {
    const { auth } = await createAuth()
    const app = new Hono()
    app.get(
      '/',
      called('authenticate', async () => auth),
      (c) => c.text('never'),
    )
    app.onError((error, c) => c.text((error as AuthError).code, 500))
    expect(await (await app.request(URL)).text()).toBe('AUTH_CONFIG')
  })

  const wrong: [what: string, args: unknown[], message: string][] = [
    ['null', [null], '(): options must be an object (got null)'],
    ['true', [true], '(): options must be an object (got true)'],
    ['a list', [[]], '(): options must be an object (got an object)'],
    ['an unknown name', [{ eagre: true }], '(): unknown option (got "eagre")'],
    ['text for eager', [{ eager: 'true' }], '(): eager must be true or false (got "true")'],
    ['null for eager', [{ eager: null }], '(): eager must be true or false (got null)'],
  ]
  it.each(wrong)('A4: rejects %s as options', async (_, args, message) => {
    const { auth } = await createAuth()
    for (const name of ['authenticate', 'requireOrigin'] as const) {
      expect(() => called(name, auth, ...args)).toThrow(
        expect.objectContaining({ code: 'AUTH_CONFIG', message: name + message }),
      )
    }
  })

  it.each([5, null, {}, 'text', true])(
    'A4: rejects %j as the second argument of requireSession()',
    async (otherwise) => {
      const { auth } = await createAuth()
      expect(() => called('requireSession', auth, otherwise)).toThrow(
        expect.objectContaining({
          code: 'AUTH_CONFIG',
          message: expect.stringMatching(/^requireSession\(\): otherwise must be a function/),
        }),
      )
    },
  )

  it('E13: accepts undefined for every option', async () => {
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
