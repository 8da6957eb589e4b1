/** What only Next does: one test for each way in which a session cookie was lost before. */
import { type Answer, type Case, Visitor, type World, idleVisitor } from 'driver'
import { expect } from 'vitest'

const idle = async (world: World) => (await idleVisitor(world)).visitor

const own = (visitor: Visitor) => ({ Origin: visitor.origin, 'Sec-Fetch-Site': 'same-origin' })

export const traps: readonly Case[] = [
  {
    name: 'a handler that throws redirect() keeps the cookie',
    async run(world) {
      const visitor = new Visitor(world.port)
      const body = new URLSearchParams({ name: 'Ada' })
      const sent = { method: 'POST', body, headers: own(visitor) }
      const answer = await visitor.send('/sign-up', sent)
      expect([answer.status, answer.headers.location]).toEqual([307, '/'])
      expect(sessionLines(answer)).toHaveLength(1)
      expect((await visitor.get('/')).who).toBe('Ada')
    },
  },

  {
    name: 'a handler deletes the cookie beside cookies().set() and a Set-Cookie of its own',
    async run(world) {
      const visitor = await idle(world)
      const sent = { method: 'POST', headers: own(visitor) }
      const answer = await visitor.send('/handler/sign-out', sent)
      expect(sessionLines(answer)).toEqual([
        '__Host-Http-session=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Secure; HttpOnly; SameSite=lax',
      ])
      expect(answer.cookies.map((line) => line.split(';')[0])).toEqual(
        expect.arrayContaining(['theme=light', 'seen=1']),
      )
      expect((await visitor.get('/')).who).toBe('anonymous')
    },
  },

  {
    name: 'a handler answers requests of other sites with 403',
    async run(world) {
      const visitor = await idle(world)
      for (const headers of [{ Origin: 'https://evil.example' }, { Origin: 'null' }, {}]) {
        const answer = await visitor.send('/handler/sign-out', { method: 'POST', headers })
        expect([answer.status, answer.cookies]).toEqual([403, []])
      }
      expect(await world.calls()).toEqual([])
    },
  },

  {
    name: 'the own host is that of X-Forwarded-Host, which a proxy in front sets',
    async run(world) {
      const visitor = await idle(world)
      // Without Sec-Fetch-Site, as in old browsers, Origin must be the own one.
      const origin = { Origin: 'https://app.example', 'X-Forwarded-Proto': 'https' }
      for (const [host, status] of [
        ['app.example', 200],
        ['other.example', 403],
        ['app.example, inner.example', 403],
      ] as const) {
        const headers = { ...origin, 'X-Forwarded-Host': host }
        const answer = await visitor.send('/handler/sign-out', { method: 'POST', headers })
        expect(answer.status, host).toBe(status)
      }
    },
  },

  {
    name: 'a prerendered page with a renewed cookie is private, and public for others',
    async run(world) {
      const visitor = await idle(world)
      const renewed = await visitor.get('/about')
      expect(sessionLines(renewed)).toHaveLength(1)
      expect(renewed.headers['cache-control']).toContain('no-store')
      const anonymous = await new Visitor(world.port).get('/about')
      expect(anonymous.headers['cache-control']).not.toContain('private')
      expect(anonymous.cookies).toEqual([])
    },
  },

  {
    name: 'a client navigation renews',
    async run(world) {
      const visitor = await idle(world)
      const headers = { RSC: '1', 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'cors' }
      const redirected = await visitor.send('/twice', { headers })
      const location = redirected.headers.location
      const answer = location ? await visitor.send(location, { headers }) : redirected
      expect(answer.headers['content-type']).toContain('text/x-component')
      expect(answer.body).toContain('Ada')
      expect(sessionLines(redirected).concat(sessionLines(answer))).toHaveLength(1)
    },
  },

  {
    name: 'setSession() throws AUTH_COOKIES_DISABLED in a page',
    async run(world) {
      const visitor = await idle(world)
      const { body } = await visitor.get('/name')
      const text = body.replaceAll(/<!--.*?-->/g, '')
      expect(text).toContain('codes: AUTH_COOKIES_DISABLED AUTH_COOKIES_DISABLED.')
      expect((await visitor.get('/')).who).toBe('Ada')
    },
  },

  {
    name: 'the page after an action shows what the action has changed',
    async run(world) {
      const visitor = await idle(world)
      const { body } = await visitor.get('/name')
      const form = new FormData()
      for (const [, name = ''] of body.matchAll(/<input type="hidden" name="([^"]+)"/g)) {
        form.append(name, '')
      }
      const sent = { method: 'POST', body: form, headers: own(visitor) }
      const answer = await visitor.send('/name', sent)
      expect([answer.status, answer.who]).toEqual([200, 'Grace'])
    },
  },

  {
    name: 'the Pages Router renews in getServerSideProps, also before a redirect',
    async run(world) {
      for (const path of ['/old', '/old?to=public']) {
        const answer = await (await idle(world)).get(path)
        expect(answer.headers['cache-control']).toContain('no-store')
        expect(answer.headers.vary).toContain('Cookie')
        expect(answer.cookies).toHaveLength(2)
        expect(sessionLines(answer)).toHaveLength(1)
        expect((await world.calls(2)).toSorted()).toEqual(['read', 'renew'])
      }
    },
  },

  {
    name: 'the Pages Router renews and signs out in an API route, and answers other sites with 403',
    async run(world) {
      const visitor = await idle(world)
      const answer = await visitor.get('/api/old')
      expect([answer.who, sessionLines(answer).length]).toEqual(['Ada', 1])
      const headers = { Origin: 'https://evil.example' }
      const refused = await visitor.send('/api/old', { method: 'POST', headers })
      expect([refused.status, refused.cookies]).toEqual([403, []])
      const out = await visitor.send('/api/old', { method: 'POST', headers: own(visitor) })
      expect(sessionLines(out)).toEqual([expect.stringContaining('Max-Age=0')])
    },
  },
]

function sessionLines({ cookies }: Answer): readonly string[] {
  return cookies.filter((line) => line.startsWith('__Host-Http-session='))
}
