import { limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { stream, streamSSE } from 'hono/streaming'
import { describe, expect, it } from 'vitest'
import { authenticate, hono, requireOrigin, requireSession } from '@limen/hono'
import {
  type App,
  type TestRequest,
  DAY,
  URL,
  codeOf,
  cookiesOf,
  createAuth,
  deleting,
  guards,
  passing,
  setting,
} from '../test/app.ts'

/** Registers a route that calls `late` after the response was sent, and then `done`. */
type Body = (app: App, late: (auth: TestRequest) => Promise<void> | void, done: () => void) => void
const bodies: [what: string, body: Body][] = [
  [
    'stream()',
    (app, late, done) =>
      app.get('/', (c) =>
        stream(c, async (out) => {
          await out.write('one')
          await out.sleep(5)
          await late(c.var.auth)
          await out.write('two')
          done()
        }),
      ),
  ],
  [
    'streamSSE()',
    (app, late, done) =>
      app.get('/', (c) =>
        streamSSE(c, async (out) => {
          await out.writeSSE({ data: 'one' })
          await out.sleep(5)
          await late(c.var.auth)
          await out.writeSSE({ data: 'two' })
          done()
        }),
      ),
  ],
  [
    'a ReadableStream',
    (app, late, done) =>
      app.get('/', (c) => {
        let pulls = 0
        const body = new ReadableStream<Uint8Array>(
          {
            async pull(controller) {
              if (pulls++ === 0) return controller.enqueue(new TextEncoder().encode('one'))
              await new Promise((resolve) => setTimeout(resolve, 5))
              await late(c.var.auth)
              controller.close()
              done()
            },
          },
          { highWaterMark: 0 },
        )
        return new Response(body)
      }),
  ],
  [
    'a promise that the handler does not await',
    (app, late, done) =>
      app.get('/', (c) => {
        const notAwaited = async () => {
          await new Promise((resolve) => setTimeout(resolve, 5))
          await late(c.var.auth)
          done()
        }
        void notAwaited()
        return c.text('page')
      }),
  ],
]

describe.each(guards)('D1: after the response was sent, behind %s', (_guard, guard) => {
  it.each(bodies)('setSession() throws AUTH_RESPONSE_SENT in %s', async (_body, body) => {
    const { auth, headers, session } = await createAuth()
    const codes: unknown[] = []
    const finished = Promise.withResolvers<void>()
    const app: App = new Hono()
    app.use(guard(auth))
    body(
      app,
      (late) => {
        codes.push(codeOf(() => late.setSession(session)))
        codes.push(codeOf(() => late.setSession(null)))
      },
      finished.resolve,
    )
    const response = await app.request(URL, { headers })
    await response.text()
    await finished.promise
    expect(codes).toEqual(['AUTH_RESPONSE_SENT', 'AUTH_RESPONSE_SENT'])
    expect(cookiesOf(response)).toEqual([])
  })
})

describe('D1: after the response was sent', () => {
  it.each(bodies)('validate() returns the session and does not renew it in %s', async (_, body) => {
    const { auth, calls, clock, events, headers, session } = await createAuth()
    clock.now += DAY
    const finished = Promise.withResolvers<void>()
    const app: App = new Hono()
    app.use(authenticate(auth))
    const names: unknown[] = []
    body(app, async (late) => void names.push((await late.validate())?.user.name), finished.resolve)
    const response = await app.request(URL, { headers })
    await response.text()
    await finished.promise
    expect(names).toEqual(['Ada'])
    expect(calls).toEqual(['read'])
    const { sessionId } = session
    expect(events).toContainEqual({ type: 'validated-late', sessionId })
  })

  it('setSession() throws through auth.handleRequest(c), also of another auth object', async () => {
    const { auth, headers, session } = await createAuth()
    const other = limen({ store: memoryStore(), middleware: hono() })
    const app: App = new Hono()
    app.use(authenticate(auth))
    const codes: unknown[] = []
    app.get('/', (c) =>
      stream(c, async (out) => {
        await out.write('one')
        await out.sleep(5)
        codes.push(codeOf(() => auth.handleRequest(c).setSession(session)))
        codes.push(codeOf(() => other.handleRequest(c).setSession(null)))
      }),
    )
    await (await app.request(URL, { headers })).text()
    expect(codes).toEqual(['AUTH_RESPONSE_SENT', 'AUTH_RESPONSE_SENT'])
  })

  it('a middleware inside can set a cookie after next(), and one outside cannot', async () => {
    const { auth, headers, session, token } = await createAuth()
    const app: App = new Hono()
    const codes: unknown[] = []
    app.use(async (c, next) => {
      await next()
      codes.push(codeOf(() => c.var.auth.setSession(null)))
    })
    app.use(requireOrigin(auth))
    app.use(authenticate(auth), async (c, next) => {
      await next()
      codes.push(codeOf(() => c.var.auth.setSession(session)))
    })
    app.get('/', requireSession(auth), (c) => c.text('page'))
    const response = await app.request(URL, { headers })
    expect(codes).toEqual(['no error', 'AUTH_RESPONSE_SENT'])
    expect(cookiesOf(response)).toEqual([setting(token)])
  })

  it('an error handler can validate and set a cookie, except in its streamed body', async () => {
    const { auth, headers, session } = await createAuth()
    const app: App = new Hono()
    const codes: unknown[] = []
    app.use('/authenticated', authenticate(auth))
    app.get('/*', requireOrigin(auth), () => {
      throw new HTTPException(418)
    })
    app.get('/alone', (c) => c.text('never'))
    app.onError(async (_error, c) => {
      await c.var.auth.validate()
      codes.push(codeOf(() => c.var.auth.setSession(null)))
      return stream(c, async (out) => {
        await out.write('sorry')
        await out.sleep(5)
        codes.push(codeOf(() => c.var.auth.setSession(session)))
      })
    })
    for (const path of ['authenticated', 'alone']) {
      const response = await app.request(URL + path, { headers })
      expect(await response.text()).toBe('sorry')
      expect(cookiesOf(response)).toEqual([deleting])
      expect(codes.splice(0)).toEqual(['no error', 'AUTH_RESPONSE_SENT'])
    }
  })

  it('an error handler can set a cookie after a 401, except in its streamed body', async () => {
    const { auth, session } = await createAuth()
    const app: App = new Hono()
    const codes: unknown[] = []
    app.get('/', requireSession(auth), (c) => c.text('private'))
    app.onError((_error, c) => {
      codes.push(codeOf(() => c.var.auth.setSession(null)))
      return stream(c, async (out) => {
        await out.write('sorry')
        await out.sleep(5)
        codes.push(codeOf(() => c.var.auth.setSession(session)))
      })
    })
    const response = await app.request(URL)
    expect(await response.text()).toBe('sorry')
    expect(cookiesOf(response)).toEqual([deleting])
    expect(codes).toEqual(['no error', 'AUTH_RESPONSE_SENT'])
  })

  it.each([0, 1])(
    'hono(): setSession() throws while the body is read (with %i middleware)',
    async (count) => {
      const { auth, calls, clock, headers, session } = await createAuth()
      const app = new Hono()
      const codes: unknown[] = []
      for (let i = 0; i < count; i++) app.use(passing)
      app.get('/', (c) => {
        const authRequest = auth.handleRequest(c)
        return stream(c, async (out) => {
          await out.write('one')
          await out.sleep(5)
          codes.push(codeOf(() => authRequest.setSession(session)))
          codes.push(codeOf(() => auth.handleRequest(c).setSession(session)))
          await authRequest.validate()
          codes.push(codeOf(() => authRequest.setSession(session)))
        })
      })
      clock.now += DAY
      const response = await app.request(URL, { headers })
      expect(await response.text()).toBe('one')
      expect(codes).toEqual(Array.from({ length: 3 }, () => 'AUTH_RESPONSE_SENT'))
      expect(calls).toEqual(['read'])
    },
  )
})
