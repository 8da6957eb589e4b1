/** Express middleware that changes headers at the last moment, in either order beside Limen. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { express } from '@limen/node'
import compression from 'compression'
import createApp, { type RequestHandler } from 'express'
import session from 'express-session'
import { expect, it } from 'vitest'

const DAY = 86_400_000

type Other = [name: string, middleware: () => RequestHandler, cookie?: RegExp]
const others: Other[] = [
  ['compression', () => compression({ threshold: 0 })],
  [
    'express-session',
    () => session({ secret: 'test', resave: false, saveUninitialized: true }),
    /^connect\.sid=/,
  ],
]

const writes: [how: string, write: (response: createApp.Response) => unknown][] = [
  ['send()', (response) => response.set('Set-Cookie', 'theme=dark').send('page'.repeat(100))],
  [
    'writeHead() with headers',
    (response) =>
      response
        .writeHead(200, { 'Content-Type': 'text/plain', 'Set-Cookie': 'theme=dark' })
        .end('page'.repeat(100)),
  ],
]

const cases = others.flatMap((other) =>
  writes.flatMap(([how, write]) =>
    (['before', 'behind'] as const).map((place) => ({ other, how, write, place, name: other[0] })),
  ),
)

it.each(cases)(
  '$name $place Limen, and $how: all cookies are sent, and the page is private',
  async ({ other: [name, middleware, cookie], write, place }) => {
    let now = 1_700_000_000_000
    const auth = limen({ store: memoryStore(), middleware: express(), now: () => now })
    const { userId } = await auth.createUser({})
    const token = auth.createBearerToken(await auth.createSession({ userId }))
    now += DAY

    const app = createApp()
    const validates: RequestHandler = async (request, response, next) => {
      await auth.handleRequest(request, response).validate()
      next()
    }
    app.use(...(place === 'before' ? [middleware(), validates] : [validates, middleware()]))
    app.get('/', (_, response) => void write(response))

    const server = app.listen(0, '127.0.0.1')
    try {
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      const response = await fetch(`http://127.0.0.1:${port}/`, {
        headers: { Cookie: `__Host-Http-session=${token}`, 'Accept-Encoding': 'gzip' },
      })
      expect(await response.text()).toBe('page'.repeat(100))
      const cookies = response.headers.getSetCookie()
      expect(cookies).toContain('theme=dark')
      expect(cookies.filter((line) => line.startsWith('__Host-Http-session='))).toHaveLength(1)
      if (cookie) expect(cookies.filter((line) => cookie.test(line))).toHaveLength(1)
      expect(response.headers.get('Cache-Control')).toBe('private, no-store')
      const vary =
        name === 'compression' ? /Accept-Encoding.*Cookie|Cookie.*Accept-Encoding/ : /Cookie/
      expect(response.headers.get('Vary')).toMatch(vary)
    } finally {
      server.close()
      server.closeAllConnections()
    }
  },
)
