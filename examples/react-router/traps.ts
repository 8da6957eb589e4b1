/** What only React Router does: one case for each way in which a session cookie was lost before. */
import { equal, match, ok } from 'node:assert/strict'
import { type Answer, type Case, Visitor, type World, idleVisitor } from 'driver'

const FETCH = { Accept: '*/*', 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Site': 'same-origin' }

const idle = async (world: World) => (await idleVisitor(world)).visitor

function isRenewed(answer: Answer): void {
  const sessions = answer.cookies.filter((line) => line.startsWith('__Host-Http-session='))
  equal(sessions.length, 1, 'session cookies')
  match(String(answer.headers['cache-control']), /private.*no-store/)
  match(String(answer.headers.vary), /\bcookie\b/i)
}

export const traps: readonly Case[] = [
  {
    name: 'data of a redirect renews',
    async run(world) {
      const answer = await (await idle(world)).send('/redirect.data', { headers: FETCH })
      equal(answer.status, 202)
      match(answer.body, /\/public/)
      isRenewed(answer)
    },
  },
  {
    name: 'a thrown response renews, and keeps its own cookie, as document and as data',
    async run(world) {
      for (const path of ['/thrown', '/thrown.data']) {
        const answer = await (await idle(world)).send(path, { headers: FETCH })
        equal(answer.status, 418, path)
        isRenewed(answer)
        ok(answer.cookies.includes('seen=1; Path=/'), path)
      }
    },
  },
  {
    name: 'streamed data renews',
    async run(world) {
      const answer = await (await idle(world)).send('/stream.data', { headers: FETCH })
      match(answer.body, /Ada/)
      isRenewed(answer)
    },
  },
  {
    name: 'setSession() refuses a POST without Origin with 403, as document and as data',
    async run(world) {
      const visitor = await idle(world)
      for (const path of ['/action', '/action.data']) {
        for (const headers of [{}, { 'Sec-Fetch-Site': 'cross-site' }] as const) {
          const answer = await visitor.send(path, { method: 'POST', headers })
          equal(answer.status, 403, path)
          equal(answer.cookies.length, 0, 'cookies')
        }
      }
      equal((await world.calls()).length, 0, 'calls')
    },
  },
  {
    name: 'requireSession() redirects the anonymous, and admits the others in one read',
    async run(world) {
      const anonymous = await new Visitor(world.port).get('/account')
      equal(anonymous.status, 302)
      equal(anonymous.headers.location, '/public')
      const answer = await (await idle(world)).get('/account')
      equal(answer.who, 'Ada')
      isRenewed(answer)
      equal((await world.calls(2)).join(' '), 'read renew')
    },
  },
]
