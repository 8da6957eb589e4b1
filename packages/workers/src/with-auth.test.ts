import {
  applyD1Migrations,
  createExecutionContext,
  waitOnExecutionContext,
  reset,
} from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { type InferSession, limen } from '@limen/core'
import { withOutage } from '@limen/testing'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { d1Store, withAuth } from './index.ts'

await reset()
await applyD1Migrations(env.DB, env.MIGRATIONS)

type Env = Cloudflare.Env
type Incoming = Request<unknown, IncomingRequestCfProperties>

const DAY = 86_400_000
const COOKIE = '__Host-Http-session'
const clock = { now: Date.now() }
const authOf = ({ DB }: { DB: D1Database }) =>
  limen({
    store: d1Store<{ name: string }>(DB),
    getUserAttributes: ({ name }) => ({ name }),
    now: () => clock.now,
  })

async function signIn() {
  const auth = authOf(env)
  const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
  const session = await auth.createSession({ userId })
  return { auth, session, token: auth.createBearerToken(session) }
}

const visit = (token: string, init: { method?: string; headers?: Record<string, string> } = {}) =>
  new Request('https://app.example/', {
    ...init,
    headers: { Cookie: `${COOKIE}=${token}`, 'Sec-Fetch-Site': 'same-origin', ...init.headers },
  }) as Incoming

describe('withAuth()', () => {
  it('passes an AuthRequest to fetch, from an auth object or a function of env', async () => {
    const { auth, token } = await signIn()
    for (const source of [auth, authOf]) {
      const worker = withAuth(source, {
        async fetch(_request, _env, _ctx, authRequest) {
          return new Response((await authRequest.validate())?.user.name)
        },
      })
      const ctx = createExecutionContext()
      const response = await worker.fetch(visit(token), env, ctx)
      expect(await response.text()).toBe('Ada')
      expect(response.headers.get('Cache-Control')).toBe('private, no-store')
    }
  })

  it('passes the renewing write to waitUntil and sends the cookie again', async () => {
    const { auth, session, token } = await signIn()
    clock.now += DAY
    const worker = withAuth(authOf, {
      async fetch(_request, _env, _ctx, authRequest) {
        await authRequest.validate()
        return Response.redirect('https://app.example/next', 303)
      },
    })
    const ctx = createExecutionContext()
    const response = await worker.fetch(visit(token), env, ctx)
    expect(response.status).toBe(303)
    expect(response.headers.getSetCookie()).toEqual([
      `${COOKIE}=${token}; Path=/; Max-Age=1296000; HttpOnly; Secure; SameSite=Lax`,
    ])
    await waitOnExecutionContext(ctx)
    expect(await auth.getSession(session.sessionId)).toMatchObject({ state: 'active' })
  })

  it('adds the cookie to a 101 response, which keeps its WebSocket', async () => {
    const immutable = await fromDurableObject()
    for (const upgraded of [
      () => {
        const [client, server] = Object.values(new WebSocketPair())
        server!.accept()
        return new Response(null, { status: 101, webSocket: client! })
      },
      () => immutable,
    ]) {
      const { token: own } = await signIn()
      clock.now += DAY
      const worker = withAuth(authOf, {
        async fetch(_request, _env, _ctx, authRequest) {
          expect(await authRequest.validate()).not.toBeNull()
          return upgraded()
        },
      })
      const headers = { Upgrade: 'websocket', Origin: 'https://app.example' }
      const ctx = createExecutionContext()
      const response = await worker.fetch(visit(own, { headers }), env, ctx)
      expect(response.status).toBe(101)
      expect(response.webSocket).not.toBeNull()
      expect(response.headers.getSetCookie()).toHaveLength(1)
      response.webSocket!.accept()
      response.webSocket!.close()
      await waitOnExecutionContext(ctx)
    }
  })

  it('is anonymous on a WebSocket handshake from another origin', async () => {
    const { token } = await signIn()
    const worker = withAuth(authOf, {
      async fetch(_request, _env, _ctx, authRequest) {
        return new Response((await authRequest.validate()) ? 'signed in' : 'anonymous')
      },
    })
    const headers = { Upgrade: 'websocket', Origin: 'https://evil.example' }
    const response = await worker.fetch(visit(token, { headers }), env, createExecutionContext())
    expect(await response.text()).toBe('anonymous')
  })

  it('P5: answers 403 if setSession() rejects a cross-origin request', async () => {
    const { session } = await signIn()
    const worker = withAuth(authOf, {
      fetch(_request, _env, _ctx, authRequest) {
        authRequest.setSession(session as never)
        return new Response('signed in')
      },
    })
    const headers = { 'Sec-Fetch-Site': 'cross-site' }
    const request = visit('', { method: 'POST', headers })
    const response = await worker.fetch(request, env, createExecutionContext())
    expect(response.status).toBe(403)
    expect(response.headers.getSetCookie()).toEqual([])
  })

  it('P4: an unreachable D1 rejects with AUTH_STORE_UNAVAILABLE, and the cookie stays', async () => {
    const { auth, session, token } = await signIn()
    const down = { DB: withOutage(env.DB) }
    const caught: unknown[] = []
    const worker = withAuth(authOf, {
      async fetch(_request, _env, _ctx, authRequest) {
        try {
          await authRequest.validate()
        } catch (error) {
          caught.push(error)
        }
        return new Response('try again', { status: 503 })
      },
    })
    const response = await worker.fetch(visit(token), down, createExecutionContext())
    expect(caught).toMatchObject([{ code: 'AUTH_STORE_UNAVAILABLE' }])
    expect(response.headers.getSetCookie()).toEqual([])
    await expect(authOf(down).invalidateSession(session.sessionId)).rejects.toMatchObject({
      code: 'AUTH_STORE_UNAVAILABLE',
    })
    await expect(authOf(down).createSession({ userId: session.user.userId })).rejects.toMatchObject(
      { code: 'AUTH_STORE_UNAVAILABLE' },
    )
    expect(await auth.validateSession(token)).toMatchObject({ sessionId: session.sessionId })
  })

  it('deletes expired sessions on a cron trigger, in batches, and runs the app’s handler', async () => {
    const batches: number[] = []
    let expired = 2500
    const purging = {
      ...authOf(env),
      async deleteExpiredSessions() {
        const deleted = Math.min(1000, expired)
        batches.push(deleted)
        expired -= deleted
        return deleted
      },
    }
    let own = 0
    const worker = withAuth(purging, {
      fetch: () => new Response(),
      scheduled: () => void own++,
    })
    const controller = { scheduledTime: 0, cron: '* * * * *', noRetry() {} }
    await worker.scheduled(controller as ScheduledController, env, createExecutionContext())
    expect(batches).toEqual([1000, 1000, 500])
    expect(own).toBe(1)

    expired = 1_000_000
    await worker.scheduled(controller as ScheduledController, env, createExecutionContext())
    expect(batches).toHaveLength(3 + 10)
  })

  const outages: [what: string, source: (its: Env) => ReturnType<typeof authOf>, error: unknown][] =
    [
      [
        'the store is unavailable',
        () => authOf({ DB: withOutage(env.DB) }),
        expect.objectContaining({ code: 'AUTH_STORE_UNAVAILABLE' }),
      ],
      [
        'auth(env) throws',
        () => {
          throw new Error('no binding')
        },
        new Error('no binding'),
      ],
    ]
  it.each(outages)('awaits the app’s scheduled handler if %s', async (_, source, error) => {
    const done: string[] = []
    const worker = withAuth(source, {
      fetch: () => new Response(),
      async scheduled() {
        await scheduler.wait(20)
        done.push('own')
      },
    })
    const run = worker.scheduled(
      { scheduledTime: 0, cron: '', noRetry() {} },
      env,
      createExecutionContext(),
    )
    await expect(run).rejects.toEqual(error)
    expect(done).toEqual(['own'])
  })

  it.each(['throws', 'rejects'])('purges if the app’s scheduled handler %s', async (how) => {
    const done: string[] = []
    const own = new Error('own')
    const auth = {
      ...authOf(env),
      async deleteExpiredSessions() {
        await scheduler.wait(20)
        done.push('purge')
        throw new Error('purge')
      },
    }
    const worker = withAuth(auth, {
      fetch: () => new Response(),
      scheduled() {
        if (how === 'throws') throw own
        return Promise.reject(own)
      },
    })
    const run = worker.scheduled(
      { scheduledTime: 0, cron: '', noRetry() {} },
      env,
      createExecutionContext(),
    )
    await expect(run).rejects.toBe(own)
    expect(done).toEqual(['purge'])
  })

  it('passes the methods of a class through, with their own this', async () => {
    class Base {
      #queued: string[] = []
      queue(batch: MessageBatch<string>) {
        for (const { body } of batch.messages) this.#queued.push(body)
      }
      email() {
        return 'base'
      }
      get queued() {
        return this.#queued
      }
    }
    class App extends Base {
      #greeting = 'Hello'
      fetch() {
        return new Response(this.#greeting)
      }
      override email() {
        return `app, ${super.email()}`
      }
    }
    const worker = withAuth(authOf, new App())
    const { queue } = worker
    queue({ messages: [{ body: 'b' }] } as unknown as MessageBatch<string>)
    expect(worker.queued).toEqual(['b'])
    expect(worker.email()).toBe('app, base')
    expect(Object.keys(worker)).toEqual(expect.arrayContaining(['fetch', 'scheduled', 'queue']))
    expect(Object.keys(worker)).not.toContain('toString')
    const response = await worker.fetch(visit(''), env, createExecutionContext())
    expect(await response.text()).toBe('Hello')
  })

  it('calls a handler of a plain object with that object as this', async () => {
    const handler = {
      seen: 0,
      fetch: () => new Response(),
      queue(_batch: MessageBatch<string>) {
        this.seen++
        return this
      },
    }
    const worker = withAuth(authOf, handler)
    expect(worker.queue({} as MessageBatch<string>)).toBe(handler)
    expect(handler.seen).toBe(1)
  })

  it('passes queue, email and tail handlers through, with the types of satisfies', async () => {
    const seen: string[] = []
    const handler = {
      queue: (batch: MessageBatch<string>) => {
        for (const { body } of batch.messages) seen.push(body)
      },
    }
    const annotated = withAuth(authOf, { fetch: () => new Response(), ...handler })
    annotated satisfies ExportedHandler<Env, string>
    expectTypeOf(annotated.queue).toEqualTypeOf<typeof handler.queue>()

    const worker = withAuth((its: Env) => authOf(its), {
      fetch(request, its, ctx, authRequest) {
        expectTypeOf(request).toExtend<Incoming>()
        expectTypeOf(request.cf!).toEqualTypeOf<IncomingRequestCfProperties>()
        expectTypeOf(request.clone()).toExtend<Incoming>()
        expectTypeOf(its).toEqualTypeOf<Env>()
        expectTypeOf(authRequest.validate()).resolves.toEqualTypeOf<InferSession<
          ReturnType<typeof authOf>
        > | null>()
        ctx.waitUntil(Promise.resolve())
        return new Response(request.cf?.country)
      },
      scheduled(controller, its, ctx) {
        expectTypeOf(controller).branded.toEqualTypeOf<ScheduledController>()
        expectTypeOf(its).toEqualTypeOf<Env>()
        ctx.waitUntil(Promise.resolve())
      },
      queue(batch, its) {
        expectTypeOf(batch).toEqualTypeOf<MessageBatch<string>>()
        expectTypeOf(its).toEqualTypeOf<Env>()
        for (const { body } of batch.messages) seen.push(body)
      },
      email(message) {
        expectTypeOf(message).toEqualTypeOf<ForwardableEmailMessage>()
      },
      tail(events, _env, ctx) {
        expectTypeOf(events).toEqualTypeOf<TraceItem[]>()
        ctx.abort()
      },
    }) satisfies ExportedHandler<Env, string>
    const message = {
      id: 'm',
      timestamp: new Date(0),
      body: 'b',
      attempts: 1,
      ack() {},
      retry() {},
    }
    const batch = { queue: 'q', messages: [message], ackAll() {}, retryAll() {} }
    worker.queue(batch as unknown as MessageBatch<string>, env)
    expect(seen).toEqual(['b'])

    class App {
      #greeting = 'Hello'
      private readonly status = 200
      fetch = () => new Response(this.#greeting, { status: this.status })
    }
    const ofClass = withAuth(authOf, new App()) satisfies ExportedHandler<Env>
    const response = await ofClass.fetch(visit(''), env, createExecutionContext())
    expect(await response.text()).toBe('Hello')

    // @ts-expect-error: fetch must return a response.
    withAuth(authOf, { fetch: () => 'text' })
    // @ts-expect-error: the Worker has no such binding.
    withAuth(authOf, { fetch: (_request, its) => new Response(its.OTHER) })
  })

  it('deletes expired sessions from D1 on a cron trigger', async () => {
    const { session } = await signIn()
    clock.now += 15 * DAY
    const other = await signIn()
    const worker = withAuth(authOf, { fetch: () => new Response() })
    const controller = { scheduledTime: 0, cron: '', noRetry() {} }
    await worker.scheduled(controller as ScheduledController, env, createExecutionContext())
    const count = async (id: string) =>
      env.DB.prepare('SELECT count(*) AS n FROM limen_session WHERE id = ?').bind(id).first('n')
    expect(await count(session.sessionId)).toBe(0)
    expect(await count(other.session.sessionId)).toBe(1)
  })
})

/** A 101 response whose headers are immutable, as in a response of `fetch`. */
async function fromDurableObject(): Promise<Response> {
  const [client, server] = Object.values(new WebSocketPair())
  server!.accept()
  const response = new Response(null, { status: 101, webSocket: client! })
  return new Proxy(response, {
    get(target, name) {
      if (name === 'headers') return Response.redirect('https://x.example').headers
      return Reflect.get(target, name, target) as unknown
    },
  })
}
