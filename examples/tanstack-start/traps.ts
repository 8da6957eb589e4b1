/** What only TanStack Start does: one case for each way in which a session cookie was lost before. */
import { equal, match, ok } from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Answer, type Case, Visitor, type World, idleVisitor } from 'driver'

const CLIENT = join(import.meta.dirname, 'dist/client/assets')
const RPC = {
  'x-tsr-serverFn': 'true',
  'Sec-Fetch-Mode': 'cors',
  'Sec-Fetch-Site': 'same-origin',
}

const idle = async (world: World) => (await idleVisitor(world)).visitor

async function addressOf(visitor: Visitor, name: string): Promise<string> {
  const { body } = await visitor.get('/functions')
  const [, address] = new RegExp(`data-name="${name}">([^<]+)<`).exec(body)!
  return address!
}

function isRenewed(answer: Answer): void {
  const sessions = answer.cookies.filter((line) => line.startsWith('__Host-Http-session='))
  equal(sessions.length, 1, 'session cookies')
  match(String(answer.headers['cache-control']), /private.*no-store/)
  match(String(answer.headers.vary), /\bcookie\b/i)
}

export const traps: readonly Case[] = [
  {
    name: 'a server function renews',
    async run(world) {
      const visitor = await idle(world)
      const answer = await visitor.send(await addressOf(visitor, 'who'), { headers: RPC })
      equal(answer.status, 200, answer.body)
      match(answer.body, /Ada/)
      isRenewed(answer)
      equal((await world.calls(2)).join(' '), 'read renew')
    },
  },
  {
    name: 'a server function signs out',
    async run(world) {
      const visitor = await idle(world)
      const headers = { ...RPC, Origin: visitor.origin }
      const address = await addressOf(visitor, 'signOut')
      const answer = await visitor.send(address, { method: 'POST', headers })
      equal(answer.status, 200, answer.body)
      match(String(answer.cookies[0]), /=;.*Max-Age=0/)
    },
  },
  {
    name: 'a server function answers other sites with 403',
    async run(world) {
      const visitor = await idle(world)
      const address = await addressOf(visitor, 'signOut')
      for (const own of [{ Origin: 'https://evil.example' }, {}]) {
        const headers = { ...own, 'x-tsr-serverFn': 'true' }
        const answer = await visitor.send(address, { method: 'POST', headers })
        equal(answer.status, 403)
        equal(answer.cookies.length, 0)
      }
    },
  },
  {
    name: 'a refused setSession() is 403 in a server route',
    async run(world) {
      const visitor = await idle(world)
      for (const headers of [{ Origin: 'https://evil.example' }, {}] as const) {
        const answer = await visitor.send('/action', { method: 'POST', headers })
        equal(answer.status, 403)
        equal(answer.cookies.length, 0)
      }
      equal((await world.calls()).length, 0)
    },
  },
  {
    name: 'the cookies of the app are kept: of setCookie() and of the response',
    async run(world) {
      const answer = await (await idle(world)).get('/own')
      const names = answer.cookies.map((line) => line.split('=')[0])
      equal(names.toSorted().join(' '), '__Host-Http-session own seen')
    },
  },
  {
    name: 'a middleware redirects the anonymous, and types the session for the others',
    async run(world) {
      const anonymous = await new Visitor(world.port).get('/account')
      equal(anonymous.status, 307)
      equal(anonymous.headers.location, '/public')
      const answer = await (await idle(world)).get('/account')
      equal(answer.who, 'Ada')
      isRenewed(answer)
      equal((await world.calls(2)).join(' '), 'read renew')
    },
  },
  {
    name: 'a middleware of a server function alone says that it must be global',
    async run(world) {
      const { body } = await (await idle(world)).get('/alone')
      ok(body.includes('Add its middleware to requestMiddleware in src/start.ts'), body)
    },
  },
  {
    name: 'the client bundle has neither the store nor Limen',
    run: () => {
      // In development there is none.
      const files = existsSync(CLIENT) ? readdirSync(CLIENT) : []
      for (const file of files) {
        const code = readFileSync(join(CLIENT, file), 'utf8')
        ok(!/limen_session|openRequest|node:sqlite/.test(code), file)
      }
      return Promise.resolve()
    },
  },
]
