import { type AuthRequest, handle, respond } from '@limen/core'
import { describe, expect, it } from 'vitest'
import { type CaseAdapter, type CaseAuth, adapterSuite } from '../src/index.ts'

type Serve = CaseAdapter['serve']
type Opened = ReturnType<CaseAuth['openRequest']>

/** An adapter that is right in all else: it wraps a handler twice, and has `eager`. */
function adapterOf(serve: Serve): CaseAdapter {
  return {
    eager: true,
    returnsNothing: true,
    serve(auth, handler, { between, eager } = {}) {
      const inner = serve(auth, handler, { eager: eager === true })
      if (!between) return inner
      return (request) =>
        handle(auth, request, async (authRequest) => {
          await authRequest.validate()
          const response = await inner(request)
          between(response)
          return response
        })
    },
  }
}

const eagerly = async (authRequest: AuthRequest<unknown>, eager = false) => {
  if (eager) await authRequest.validate().catch(() => {})
}

/** A request whose AuthRequest is never closed. */
const openOf = (auth: CaseAuth, request: Request): Opened =>
  auth.openRequest({ request, key: request, setCookie() {} })

describe('adapterSuite() on a broken adapter', () => {
  type Case = [what: string, serve: Serve, caughtBy: string]
  const cases: Case[] = [
    [
      'accepts cookies after the response has left',
      (auth, handler, options) => async (request) => {
        const authRequest = openOf(auth, request)
        await eagerly(authRequest, options?.eager)
        return respond(await handler(authRequest), authRequest)
      },
      'D1: setSession() in a streamed body throws AUTH_RESPONSE_SENT',
    ],
    [
      'accepts cookies after the handler has returned',
      (auth, handler) => async (request) => {
        const authRequest = openOf(auth, request)
        return respond(await handler(authRequest), authRequest)
      },
      'D1: setSession() after the handler has returned throws AUTH_RESPONSE_SENT',
    ],
    [
      'renews after the response has left',
      (auth, handler) => async (request) => {
        const authRequest = openOf(auth, request)
        return respond(await handler(authRequest), authRequest)
      },
      'D1: validate() in a streamed body finds the session, and renews nothing',
    ],
    [
      'ignores eager',
      (auth, handler) => (request) => handle(auth, request, handler),
      'D2: eager makes a page that validates in its body private, and renews its session',
    ],
    [
      'marks each page as private',
      (auth, handler, options) => async (request) => {
        const response = await handle(auth, request, handler, options)
        response.headers.set('Cache-Control', 'private, no-store')
        return response
      },
      'D2: eager reads nothing for anonymous visitors, whose pages stay cacheable',
    ],
    [
      'marks a page as private only in the outer adapter',
      (auth, handler) => async (request) => handler(openOf(auth, request)),
      'D3: a cache between two adapters receives a private page',
    ],
    [
      'reads once for each opening',
      (auth, handler) => async (request) => {
        const authRequest = auth.openRequest({ request, setCookie() {} })
        return respond(await handler(authRequest), authRequest)
      },
      'reads the store once, and sets one cookie, where the adapter wraps a handler twice',
    ],
    [
      'adds each header at each call',
      (auth, handler) => async (request) => {
        const response = await handle(auth, request, handler)
        response.headers.append('Vary', 'Cookie')
        return response
      },
      'D9: adds each header once where the adapter wraps a handler twice',
    ],
    [
      'loses the cookie of a thrown response',
      (auth, handler) => async (request) => {
        const authRequest = openOf(auth, request)
        try {
          return respond(await handler(authRequest), authRequest)
        } catch (error) {
          if (error instanceof Response) return error
          throw error
        }
      },
      'D5: sends the cookie of a sign-in where the handler throws its response',
    ],
    [
      'creates a response where the handler returned none',
      (auth, handler) => async (request) => {
        const response = (await handle(auth, request, handler)) as Response | undefined
        return response ?? new Response(null, { status: 404 })
      },
      'D6: returns undefined where the handler returned undefined',
    ],
    [
      'answers a refusal with 500',
      (auth, handler) => (request) =>
        handle(auth, request, async (authRequest) => {
          try {
            return await handler(authRequest)
          } catch {
            return new Response(null, { status: 500 })
          }
        }),
      'D8: a refused setSession() is 403 also after an await and a validate()',
    ],
    [
      'throws an error without a status',
      (auth, handler) => (request) =>
        handle(auth, request, (authRequest) => {
          const setSession: Opened['setSession'] = (...args) => {
            try {
              authRequest.setSession(...args)
            } catch (cause) {
              throw new Error('refused', { cause })
            }
          }
          const validate = () => authRequest.validate()
          return handler(Object.assign(Object.create(authRequest), { setSession, validate }))
        }),
      'D8: a refused setSession() is 403 in the app’s own error handling',
    ],
    [
      'deletes cookies by Max-Age alone',
      (auth, handler) => async (request) => {
        const response = await handle(auth, request, handler)
        const lines = response.headers.getSetCookie()
        response.headers.delete('Set-Cookie')
        for (const line of lines) {
          response.headers.append('Set-Cookie', line.replace(/; Expires=[^;]*/, ''))
        }
        return response
      },
      'deletes the cookie of a revoked session',
    ],
    [
      'does not wait for the store',
      (auth, handler) => async (request) => {
        const authRequest = openOf(auth, request)
        const page = Promise.resolve().then(() => new Response('page'))
        return respond(await Promise.race([handler(authRequest), page]), authRequest)
      },
      'sends a renewed cookie again (on a store that resolves later)',
    ],
  ]

  it.each(cases)('catches one that %s', async (_, serve, caughtBy) => {
    const { run } = adapterSuite(adapterOf(serve)).find(({ name }) => name === caughtBy)!
    await expect(run()).rejects.toThrow()
  })

  const right = adapterOf(
    (auth, handler, options) => (request) => handle(auth, request, handler, options),
  )
  it.each(cases.map(([, , caughtBy]) => caughtBy))('passes a right adapter: %s', (caughtBy) =>
    adapterSuite(right)
      .find(({ name }) => name === caughtBy)!
      .run(),
  )

  it('omits cases for hooks that the adapter does not have', () => {
    const names = adapterSuite({ serve: right.serve }).map(({ name }) => name)
    expect(names.filter((name) => /eager|undefined|switches/.test(name))).toEqual([])
    expect(names).toHaveLength(2 * new Set(names.map((name) => name.split(' (on')[0])).size)
  })
})
