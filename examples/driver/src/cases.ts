/** What every app must do, as data: one case a line of the README's list of routes. */
import { equal, match, ok } from 'node:assert/strict'
import type { Case, CaseName, World } from './app.ts'
import { type Answer, Visitor } from './visit.ts'

/** The name of the session cookie, also where an app is configured with `secure: false`. */
const SESSION_COOKIE = /^(?:__Host-Http-)?session=/

export const cases: readonly (Case & { readonly name: CaseName })[] = [
  {
    name: 'sign-up',
    async run(world) {
      const visitor = new Visitor(world.port)
      const answer = await visitor.submit('sign-up', { name: 'Ada' })
      ok([302, 303].includes(answer.status), `status ${answer.status}:\n${answer.body}`)
      equal(sessionCookies(answer).length, 1, 'session cookies')
      match(sessionCookies(answer)[0]!, /; Max-Age=1296000\b/)
      match(sessionCookies(answer)[0]!, /; HttpOnly/i)
      equal(ownCookies(answer, 'theme').length, 1, 'own cookies')
      isPrivate(world, 'sign-up', answer)
      equalCalls(await world.calls(2), ['createUser', 'insert'])
      equal((await visitor.get('/')).who, 'Ada', 'who')
      equalCalls(await world.calls(1), readsOf(world, '/'))
    },
  },
  {
    name: 'anonymous',
    async run(world) {
      const visitor = new Visitor(world.port)
      for (const route of ['/', '/twice', '/public'] as const) {
        const answer = await visitor.get(pathOf(world, route))
        equal(answer.status, 200, `status of ${route}`)
        equal(answer.cookies.length, 0, `cookies of ${route}`)
        if (route !== '/public') isAnonymous(answer)
      }
      equalCalls(await world.calls(), [])
    },
  },
  { name: 'page', run: (world) => renews(world, '/') },
  {
    name: 'head',
    async run(world) {
      const { visitor } = await idleVisitor(world)
      const answer = await visitor.send('/', { method: 'HEAD' })
      equal(answer.status, 200, 'status')
      equal(answer.cookies.length, 0, 'cookies')
      ok(!(await world.calls()).includes('renew'), 'HEAD renews')
    },
  },
  {
    name: 'public',
    async run(world) {
      const { visitor } = await idleVisitor(world)
      const answer = await visitor.get(pathOf(world, '/public'))
      equal(answer.status, 200, 'status')
      equal(answer.cookies.length, 0, 'cookies')
      equalCalls(await world.calls(), [])
    },
  },
  { name: 'twice', run: (world) => renews(world, '/twice') },
  {
    name: 'redirect',
    async run(world) {
      const answer = await renews(world, '/redirect', [301, 302, 303, 307, 308])
      match(String(answer.headers.location), /\/public$/)
    },
  },
  { name: 'stream', run: (world) => renews(world, '/stream') },
  {
    name: 'late',
    async run(world) {
      if (world.app.late === 'private') return renews(world, '/late')
      const { visitor } = await idleVisitor(world)
      const answer = await visitor.get(pathOf(world, '/late'))
      equal(answer.who, 'Ada', 'who')
      equal(answer.cookies.length, 0, 'cookies')
      equalCalls(await world.calls(1), ['read'])
      return undefined
    },
  },
  { name: 'error', run: (world) => renews(world, '/error', [500], undefined) },
  {
    name: 'missing',
    async run(world) {
      const { visitor } = await idleVisitor(world)
      const answer = await visitor.get(pathOf(world, '/missing'))
      equal(answer.status, 404, 'status')
      if ((await world.calls()).includes('read')) isPrivate(world, '/missing', answer)
      equal((await new Visitor(world.port).get(pathOf(world, '/missing'))).status, 404, 'status')
    },
  },
  {
    name: 'not-modified',
    async run(world) {
      const { visitor } = await idleVisitor(world)
      const path = pathOf(world, '/tagged')
      const first = await visitor.get(path)
      equal(first.headers.etag, '"v1"', 'ETag')
      await world.calls(2)
      world.makeIdle()
      const second = await visitor.get(path, { 'If-None-Match': '"v1"' })
      equal(second.status, 304, 'status')
      isRenewed(world, '/tagged', second)
      equalCalls(await world.calls(2), ['read', 'renew'])
    },
  },
  {
    name: 'own',
    async run(world) {
      const answer = await renews(world, '/own')
      equal(ownCookies(answer, 'seen').length, 1, 'own cookies')
    },
  },
  {
    name: 'own-anonymous',
    async run(world) {
      const answer = await new Visitor(world.port).get(pathOf(world, '/own'))
      match(String(answer.headers['cache-control']), /public.*max-age=60/)
      match(String(answer.headers.vary), /\bcookie\b/i)
      equal(ownCookies(answer, 'seen').length, 1, 'own cookies')
      equalCalls(await world.calls(), [])
    },
  },
  { name: 'static', run: (world) => isSharedWithoutName(world, '/static') },
  { name: 'cached', run: (world) => isNobodysElse(world, '/cached') },
  {
    name: 'data',
    async run(world) {
      const { visitor } = await idleVisitor(world)
      const { path, ...sent } = world.app.data ?? { path: '/data' }
      const headers = {
        Accept: '*/*',
        'Sec-Fetch-Dest': 'empty',
        'Sec-Fetch-Mode': 'cors',
        'Sec-Fetch-Site': 'same-origin',
        ...(sent.method && sent.method !== 'GET' && { Origin: visitor.origin }),
        ...sent.headers,
      }
      const answer = await visitor.send(path, { ...sent, headers })
      equal(answer.status, 200, `status:\n${answer.body}`)
      equal(answer.who, 'Ada', 'who')
      isRenewed(world, '/data', answer)
      equalCalls(await world.calls(2), [...readsOf(world, '/data'), 'renew'])
    },
  },
  {
    name: 'sign-out',
    async run(world) {
      const { visitor } = await idleVisitor(world)
      const { path, ...sent } = await visitor.form('sign-out')
      world.makeIdle()
      await world.calls()
      const answer = await visitor.send(path, {
        ...sent,
        headers: { Accept: 'text/html', Origin: visitor.origin, 'Sec-Fetch-Site': 'same-origin' },
      })
      ok([302, 303].includes(answer.status), `status ${answer.status}:\n${answer.body}`)
      const [cookie, ...others] = sessionCookies(answer)
      equal(others.length, 0, 'further session cookies')
      match(String(cookie), /=;.*(?:Max-Age=0|Expires=Thu, 01 Jan 1970)/i)
      isPrivate(world, 'sign-out', answer)
      ok((await world.calls(1)).includes('delete'), 'the session is in the store')
      isAnonymous(await visitor.get('/'))
    },
  },
  {
    name: 'cross-site-form',
    run: (world) =>
      isRefused(world, { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' }),
  },
  {
    name: 'cross-site-fetch',
    run: (world) => isRefused(world, { 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'empty' }),
  },
]

/** Signs a visitor up, whose session is then idle. */
export async function idleVisitor(
  world: World,
  name = 'Ada',
): Promise<{ readonly visitor: Visitor }> {
  const visitor = new Visitor(world.port)
  await visitor.submit('sign-up', { name })
  world.makeIdle()
  await world.calls(2)
  return { visitor }
}

/** A route that validates renews an idle session, in one read and one renewal. */
export async function renews(
  world: World,
  route: string,
  statuses: readonly number[] = [200],
  who: string | undefined = statuses.includes(200) ? 'Ada' : undefined,
): Promise<Answer> {
  const { visitor } = await idleVisitor(world)
  const answer = await visitor.get(pathOf(world, route))
  ok(statuses.includes(answer.status), `status ${answer.status}:\n${answer.body}`)
  if (who !== undefined) equal(answer.who, who, `who:\n${answer.body}`)
  isRenewed(world, route, answer)
  const reads = readsOf(world, route)
  equalCalls(await world.calls(reads.length + 1), [...reads, 'renew'])
  const again = await visitor.get(pathOf(world, route))
  equal(sessionCookies(again).length, 0, 'session cookies of an active session')
  isPrivate(world, route, again)
  equalCalls(await world.calls(reads.length), reads)
  return answer
}

function readsOf({ app }: World, route: string): readonly string[] {
  return Array.from({ length: app.reads?.[route] ?? 1 }, () => 'read')
}

/** The page says `who: anonymous`, or another word that is no user. */
function isAnonymous({ who, body }: Answer): void {
  ok(who !== undefined && !['Ada', 'Grace', 'Eve'].includes(who), `who:\n${body}`)
}

function isRenewed(world: World, route: string, answer: Answer): void {
  equal(sessionCookies(answer).length, 1, 'session cookies')
  isPrivate(world, route, answer)
}

function isPrivate({ app }: World, route: string, { headers }: Answer): void {
  const isOwn = app.ownNoStore?.includes(route) === true
  const wanted = isOwn ? /no-store/ : /private.*no-store|no-store.*private/
  match(String(headers['cache-control']), wanted)
  ok(!/public|s-maxage/.test(String(headers['cache-control'])), String(headers['cache-control']))
  if (isOwn) return
  match(String(headers.vary), /\bcookie\b/i)
}

/** A prerendered page is the same for all visitors, and asks another visitor's session. */
async function isSharedWithoutName(world: World, route: string): Promise<void> {
  const { visitor } = await idleVisitor(world)
  const answers = [
    await visitor.get(pathOf(world, route)),
    await new Visitor(world.port).get(pathOf(world, route)),
  ]
  for (const answer of answers) {
    equal(answer.status, 200, 'status')
    equal(answer.cookies.length, 0, 'cookies')
    ok(!answer.body.includes('Ada'), 'the page names a visitor')
  }
  equalCalls(await world.calls(), [])
}

/** A page in the framework's own cache is not another visitor's. */
export async function isNobodysElse(world: World, route: string): Promise<void> {
  const path = pathOf(world, route)
  const { visitor: ada } = await idleVisitor(world)
  const { visitor: grace } = await idleVisitor(world, 'Grace')
  for (let round = 0; round < 2; round++) {
    const pages = {
      ada: await ada.get(path),
      anonymous: await new Visitor(world.port).get(path),
      grace: await grace.get(path),
    }
    ok(
      !pages.anonymous.body.includes('Ada') && !pages.anonymous.body.includes('Grace'),
      'in the page of an anonymous visitor',
    )
    ok(!pages.ada.body.includes('Grace'), 'Ada receives a page of Grace')
    ok(!pages.grace.body.includes('Ada'), 'Grace receives a page of Ada')
    equal(sessionCookies(pages.anonymous).length, 0, 'session cookies of an anonymous visitor')
    const [one, other] = [ada, grace].map(({ cookies }) => JSON.stringify(Array.from(cookies)))
    ok(one !== other, 'Ada and Grace have one session')
  }
  await world.calls()
}

/** What another site makes a browser send is refused before anything is read or written. */
async function isRefused(world: World, headers: Readonly<Record<string, string>>): Promise<void> {
  const { visitor } = await idleVisitor(world)
  for (const id of ['sign-up', 'sign-out'] as const) {
    const { path, ...sent } = await visitor.form(id, { name: 'Eve' })
    for (const crossSite of [
      { ...headers, Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' },
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
    ]) {
      await world.calls()
      const answer = await visitor.send(path, { ...sent, headers: crossSite })
      equal(answer.status, 403, `status of ${id}, ${JSON.stringify(crossSite)}:\n${answer.body}`)
      equal(sessionCookies(answer).length, 0, 'session cookies')
      equalCalls(await world.calls(), [])
    }
  }
  equal((await visitor.get('/')).who, 'Ada', 'who')
}

function pathOf({ app }: World, route: string): string {
  return app.paths?.[route] ?? route
}

function sessionCookies({ cookies }: Answer): readonly string[] {
  return cookies.filter((line) => SESSION_COOKIE.test(line))
}

function ownCookies({ cookies }: Answer, name: string): readonly string[] {
  return cookies.filter((line) => line.startsWith(`${name}=`))
}

/** In any order: a framework can read again while the session is renewed. */
function equalCalls(calls: readonly string[], expected: readonly string[]): void {
  equal(calls.toSorted().join(' '), expected.toSorted().join(' '), 'calls of the store')
}
