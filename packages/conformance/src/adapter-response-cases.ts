/** What an adapter must do to a response: cookies, cache headers, errors. */
import {
  type AdapterCase,
  type CaseHandler,
  DAY,
  gone,
  marksOf,
  nextTask,
  OWN,
  page,
  validating,
} from './adapter-case.ts'
import { equal, holds } from './expect.ts'

export const responseCases: readonly AdapterCase[] = [
  {
    name: 'does not change a response whose handler used no session',
    async run({ serve }, { auth, visit }) {
      const response = await serve(auth, () => page())(visit())
      equal(response.headers.getSetCookie(), [OWN], 'cookies')
      equal(response.headers.get('Cache-Control'), null, 'Cache-Control')
      equal(response.headers.get('Vary'), null, 'Vary')
    },
  },
  {
    name: 'sends no cookie for an active session, and makes the page private',
    async run({ serve }, { auth, visit }) {
      const response = await serve(auth, validating(page))(visit())
      equal(response.headers.getSetCookie(), [OWN], 'cookies')
      equal(response.headers.get('Cache-Control'), 'private, no-store', 'Cache-Control')
      equal(response.headers.get('Vary'), 'Cookie', 'Vary')
    },
  },
  {
    name: 'sends the cookie of a sign-in in addition to the app’s own',
    async run({ serve }, { auth, session, set, visit }) {
      const handler: CaseHandler = (authRequest) => {
        authRequest.setSession(session)
        return page()
      }
      const response = await serve(auth, handler)(visit({}, 'POST'))
      equal(response.headers.getSetCookie(), [OWN, set], 'cookies')
      equal(await response.text(), 'page', 'body')
    },
  },
  {
    name: 'sends a renewed cookie again',
    async run({ serve }, { auth, clock, set, visit }) {
      clock.now += DAY
      const response = await serve(auth, validating(page))(visit())
      equal(response.headers.getSetCookie(), [OWN, set], 'cookies')
    },
  },
  {
    name: 'deletes the cookie of a revoked session',
    async run({ serve }, { auth, session, visit }) {
      await auth.invalidateSession(session.sessionId)
      const response = await serve(auth, validating(page))(visit())
      equal(response.headers.getSetCookie(), [OWN, gone], 'cookies')
    },
  },
  {
    name: 'sends one cookie, the sign-out, after a renewal in the same request',
    async run({ serve }, { auth, clock, visit }) {
      clock.now += DAY
      const handler: CaseHandler = async (authRequest) => {
        await authRequest.validate()
        authRequest.setSession(null)
        return page()
      }
      const response = await serve(auth, handler)(visit({}, 'POST'))
      equal(response.headers.getSetCookie(), [OWN, gone], 'cookies')
    },
  },
  {
    name: 'adds the cookie to a redirect whose headers are immutable',
    async run({ serve }, { auth, clock, set, visit }) {
      clock.now += DAY
      const redirect = () => Response.redirect('https://app.example/next', 303)
      const response = await serve(auth, validating(redirect))(visit())
      equal(response.status, 303, 'status')
      equal(response.headers.get('Location'), 'https://app.example/next', 'Location')
      equal(response.headers.getSetCookie(), [set], 'cookies')
    },
  },
  {
    name: 'streams a streamed body',
    async run({ serve }, { auth, clock, set, visit }) {
      clock.now += DAY
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
      const response = await serve(
        auth,
        validating(() => page(readable)),
      )(visit())
      equal(response.headers.getSetCookie(), [OWN, set], 'cookies, before the body is written')
      const writer = writable.getWriter()
      const written = (async () => {
        for (const part of ['one ', 'two']) await writer.write(new TextEncoder().encode(part))
        await writer.close()
      })()
      equal(await response.text(), 'one two', 'body')
      await written
    },
  },
  {
    name: 'answers 403 where setSession() refused a cross-origin request, without a cookie',
    async run({ serve }, { auth, session, visit }) {
      const handler: CaseHandler = (authRequest) => {
        authRequest.setSession(session)
        return page()
      }
      const crossSite = visit({ 'Sec-Fetch-Site': 'cross-site' }, 'POST')
      const response = await serve(auth, handler)(crossSite)
      equal(response.status, 403, 'status')
      equal(response.headers.getSetCookie(), [], 'cookies')
    },
  },
  {
    name: 'passes an error of the handler to the platform or to the app’s error handler',
    async run({ serve }, { auth, visit }) {
      const broken = new Error('broken on purpose')
      const answer = await serve(auth, () => {
        throw broken
      })(visit()).catch((error: unknown) => error)
      holds(
        answer === broken || (answer instanceof Response && answer.status === 500),
        'neither thrown nor answered with 500',
      )
    },
  },
  {
    name: 'switches protocols, with the renewed cookie on the handshake',
    needs: 'upgrade',
    async run({ serve, upgrade }, { auth, clock, set, visit }) {
      clock.now += DAY
      const headers = { Upgrade: 'websocket', Origin: 'https://app.example' }
      const response = await serve(auth, validating(upgrade!))(visit(headers))
      equal(response.status, 101, 'status')
      equal(response.headers.getSetCookie(), [set], 'cookies')
    },
  },
  {
    name: 'is anonymous on a handshake from another origin',
    async run({ serve }, { auth, visit }) {
      const handler: CaseHandler = async (authRequest) =>
        new Response((await authRequest.validate()) ? 'signed in' : 'anonymous')
      const headers = { Upgrade: 'websocket', Origin: 'https://evil.example' }
      equal(await (await serve(auth, handler)(visit(headers))).text(), 'anonymous', 'answer')
    },
  },
  {
    name: 'D5: sends the cookie of a sign-in where the handler throws its response',
    async run({ serve, thrown = (response) => response }, { auth, session, set, visit }) {
      for (const validates of [false, true]) {
        const handler: CaseHandler = async (authRequest) => {
          if (validates) await authRequest.validate()
          authRequest.setSession(session)
          throw thrown(Response.redirect('https://app.example/next', 303))
        }
        const response = await serve(auth, handler)(visit({}, 'POST'))
        equal(response.status, 303, 'status')
        equal(response.headers.get('Location'), 'https://app.example/next', 'Location')
        const expected = { cacheControl: 'private, no-store', vary: 'Cookie', cookies: [set] }
        equal(marksOf(response), expected, 'headers')
      }
    },
  },
  {
    name: 'D6: returns undefined where the handler returned undefined',
    needs: 'returnsNothing',
    async run({ serve }, { auth, visit }) {
      const nothing = (() => undefined) as unknown as () => Response
      equal(await serve(auth, nothing)(visit()), undefined, 'at once')
      equal(await serve(auth, validating(nothing))(visit()), undefined, 'after validate()')
    },
  },
  {
    name: 'D8: a refused setSession() is 403 in the app’s own error handling',
    async run({ serve }, { auth, session, visit }) {
      const statuses: unknown[] = []
      const handler: CaseHandler = async (authRequest) => {
        await authRequest.validate()
        try {
          authRequest.setSession(session)
          return page()
        } catch (error) {
          const { status, statusCode } = error as { status?: number; statusCode?: number }
          statuses.push(status, statusCode)
          return new Response('Forbidden by the app', { status: status ?? 500 })
        }
      }
      const crossSite = visit({ 'Sec-Fetch-Site': 'cross-site' }, 'POST')
      const response = await serve(auth, handler)(crossSite)
      equal(statuses, [403, 403], 'status and statusCode')
      equal([response.status, await response.text()], [403, 'Forbidden by the app'], 'response')
      equal(response.headers.getSetCookie(), [], 'cookies')
    },
  },
  {
    name: 'D8: a refused setSession() is 403 also after an await and a validate()',
    async run({ serve }, { auth, session, visit }) {
      const handler: CaseHandler = async (authRequest) => {
        await authRequest.validate()
        await nextTask()
        authRequest.setSession(session)
        return page()
      }
      const crossSite = visit({ 'Sec-Fetch-Site': 'cross-site' }, 'POST')
      const response = await serve(auth, handler)(crossSite)
      equal(response.status, 403, 'status')
      equal(response.headers.getSetCookie(), [], 'cookies')
    },
  },
]
