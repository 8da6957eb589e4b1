/** What an adapter must do after the response has left, and where it wraps a handler twice. */
import type { AuthRequest, InferSession } from '@limen/core'
import {
  type AdapterCase,
  type CaseAuth,
  type CaseHandler,
  DAY,
  marksOf,
  OWN,
  page,
  streamed,
  validating,
} from './adapter-case.ts'
import { equal, outcomeOf } from './expect.ts'

export const timingCases: readonly AdapterCase[] = [
  {
    name: 'D1: setSession() in a streamed body throws AUTH_RESPONSE_SENT',
    async run({ serve }, { auth, session, visit }) {
      let stream = streamed(async () => {})
      const handler: CaseHandler = (authRequest) => {
        stream = streamed(() => outcomeOf(async () => authRequest.setSession(session)))
        return stream.response
      }
      const response = await serve(auth, handler)(visit({}, 'POST'))
      equal(response.headers.getSetCookie(), [], 'cookies')
      stream.begin()
      equal(await response.text(), 'AUTH_RESPONSE_SENT', 'body')
    },
  },
  {
    name: 'D1: setSession() after the handler has returned throws AUTH_RESPONSE_SENT',
    async run({ serve }, { auth, session, visit }) {
      const opened: AuthRequest<InferSession<CaseAuth>>[] = []
      const handler: CaseHandler = (authRequest) => {
        opened.push(authRequest)
        return page()
      }
      await (await serve(auth, handler)(visit({}, 'POST'))).text()
      for (const given of [session, null]) {
        const outcome = await outcomeOf(async () => opened[0]!.setSession(given))
        equal(outcome, 'AUTH_RESPONSE_SENT', 'outcome')
      }
    },
  },
  {
    name: 'D1: validate() in a streamed body finds the session, and renews nothing',
    async run({ serve }, { auth, clock, events, session, visit }) {
      let stream = streamed(async () => {})
      const handler: CaseHandler = (authRequest) => {
        stream = streamed(async () => (await authRequest.validate())?.sessionId)
        return stream.response
      }
      clock.now += DAY
      const response = await serve(auth, handler)(visit())
      stream.begin()
      equal(await response.text(), session.sessionId, 'body')
      const { idlePeriodExpiresAt, state } = (await auth.getSession(session.sessionId))!
      equal([idlePeriodExpiresAt, state], [session.idlePeriodExpiresAt, 'idle'], 'session')
      equal(
        [events.includes('renewed'), events.includes('validated-late')],
        [false, true],
        'events',
      )
    },
  },
  {
    name: 'D2: eager makes a page that validates in its body private, and renews its session',
    needs: 'eager',
    async run({ serve }, { auth, clock, reads, session, set, visit }) {
      let stream = streamed(async () => {})
      const handler: CaseHandler = (authRequest) => {
        stream = streamed(async () => (await authRequest.validate())?.sessionId, {
          'Cache-Control': 'public, max-age=60',
        })
        return stream.response
      }
      clock.now += DAY
      const response = await serve(auth, handler, { eager: true })(visit())
      const expected = { cacheControl: 'private, no-store', vary: 'Cookie', cookies: [set] }
      equal(marksOf(response), expected, 'headers')
      stream.begin()
      equal(await response.text(), session.sessionId, 'body')
      equal(reads.length, 1, 'reads')
    },
  },
  {
    name: 'D2: eager reads nothing for anonymous visitors, whose pages stay cacheable',
    needs: 'eager',
    async run({ serve }, { auth, reads, visit }) {
      const cacheControl = 'public, max-age=60'
      const handler = () => new Response('page', { headers: { 'Cache-Control': cacheControl } })
      const response = await serve(auth, handler, { eager: true })(visit({ Cookie: 'theme=dark' }))
      equal(marksOf(response), { cacheControl, vary: 'Cookie', cookies: [] }, 'headers')
      equal(reads, [], 'reads')
    },
  },
  {
    name: 'D3: a cache between two adapters receives a private page',
    async run({ serve }, { auth, visit }) {
      const seen: ReturnType<typeof marksOf>[] = []
      const between = (response: Response) => void seen.push(marksOf(response))
      const handler = validating(
        () => new Response('page', { headers: { 'Cache-Control': 'public, max-age=60' } }),
      )
      const response = await serve(auth, handler, { between })(visit())
      equal(
        seen.map(({ cacheControl, cookies }) => ({ cacheControl, cookies })),
        [{ cacheControl: 'private, no-store', cookies: [] }],
        'what the cache sees',
      )
      equal(marksOf(response), { ...seen[0], vary: 'Cookie' }, 'what leaves')
    },
  },
  {
    name: 'reads the store once, and sets one cookie, where the adapter wraps a handler twice',
    async run({ serve }, { auth, clock, reads, set, visit }) {
      clock.now += DAY
      const response = await serve(auth, validating(page), { between() {} })(visit())
      equal(reads.length, 1, 'reads')
      equal(
        marksOf(response),
        { cacheControl: 'private, no-store', vary: 'Cookie', cookies: [OWN, set] },
        'headers',
      )
    },
  },
  {
    name: 'D9: adds each header once where the adapter wraps a handler twice',
    async run({ serve }, { auth, session, set, visit }) {
      const handler: CaseHandler = (authRequest) => {
        authRequest.setSession(session)
        const headers = { 'Set-Cookie': OWN, 'Cache-Control': 'private', Vary: 'Accept, Cookie' }
        return new Response('page', { headers })
      }
      const response = await serve(auth, handler, { between() {} })(visit({}, 'POST'))
      const expected = { cacheControl: 'private', vary: 'Accept, Cookie', cookies: [OWN, set] }
      equal(marksOf(response), expected, 'headers')
    },
  },
]
