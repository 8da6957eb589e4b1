import '../test/migrated.ts'
import { env } from 'cloudflare:workers'
import { describe, expect, it, vi } from 'vitest'
import { BOOK, count, downDb, PASSPHRASE, Visitor } from '../test/visitor.ts'
import type { Refusal } from './refusal.ts'

const FORGED = { 'Sec-Fetch-Site': 'cross-site', Origin: 'http://127.0.0.1:8787' }

const posts: [path: string, fields: Record<string, string>][] = [
  ['/entries', { text: 'Buy my watches!' }],
  ['/sign-up', { name: 'Mallory', passphrase: PASSPHRASE }],
  ['/sign-in', { name: 'Victim', passphrase: PASSPHRASE }],
  ['/sign-out', {}],
  ['/account', { name: 'Mallory' }],
  ['/devices/sign-out', { session: 'own' }],
  ['/devices/sign-out-others', {}],
]

async function storedData(): Promise<unknown[]> {
  const { results } = await env.DB.prepare(
    `SELECT (SELECT json_group_array(json(attributes)) FROM limen_user) AS users,
       (SELECT group_concat(id) FROM limen_session) AS sessions,
       (SELECT count(*) FROM account) AS accounts, (SELECT count(*) FROM entry) AS entries`,
  ).all()
  return results
}

describe('a forged request', async () => {
  const victim = await new Visitor().signUp('Victim')

  it.each(posts)('to %s is refused with its reason, and changes nothing', async (path, fields) => {
    const before = await storedData()
    const sent = fields['session'] ? { session: victim.sessionId } : fields

    // The cookie is sent, as by a browser without SameSite.
    const response = await victim.post(path, sent, FORGED)

    expect(response.status).toBe(403)
    expect(response.headers.getSetCookie()).toEqual([])
    expect(await response.text()).toContain('<code>cross-site</code>')
    expect(await storedData()).toEqual(before)
    expect(await (await victim.get('/')).text()).toContain('Signed in as <bdi>Victim</bdi>')
  })

  it.each(posts)('to %s is refused for an anonymous visitor', async (path, fields) => {
    expect((await new Visitor().post(path, fields, FORGED)).status).toBe(403)
  })

  const senders: [headers: Record<string, string>, reason: string][] = [
    [{ 'Sec-Fetch-Site': 'same-site', Origin: 'http://evil.localhost:8787' }, 'cross-site'],
    [{ 'Sec-Fetch-Site': 'none', Origin: 'http://localhost:9999' }, 'origin-mismatch'],
  ]
  it.each(senders)('with %j is refused with the reason %s', async (headers, reason) => {
    const page = await (await victim.post('/sign-out', {}, headers)).text()

    expect(page).toContain(`<code>${reason}</code>`)
  })

  it('is refused while the database is down', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const visitor = new Visitor()
    visitor.db = downDb

    expect((await visitor.post('/entries', { text: 'Buy!' }, FORGED)).status).toBe(403)
    log.mockRestore()
  })
})

describe('the list of refused requests', () => {
  async function list(): Promise<{ response: Response; refusals: Refusal[] }> {
    const response = await new Visitor().get('/refusals.json', { Origin: 'http://127.0.0.1:8787' })
    return { response, refusals: await response.json() }
  }

  it('shows path and reason, and can be read by any site', async () => {
    await new Visitor().post('/account', { name: 'Mallory' }, FORGED)

    const { response, refusals } = await list()

    expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*')
    expect(response.headers.get('Access-Control-Allow-Credentials')).toBeNull()
    expect(refusals[0]).toEqual({
      reason: 'cross-site',
      method: 'POST',
      path: '/account',
      refusedAt: expect.any(Number),
      refusedAtText: expect.stringMatching(/^\d{1,2} \w+ \d{4} at \d\d:\d\d UTC$/),
    })
    const page = await (await new Visitor().get('/refusals')).text()
    expect(page).toContain('POST /account')
    expect(page).toContain('cross-site')
  })

  it('stores the last 20', async () => {
    const visitor = new Visitor()
    for (let turn = 0; turn < 22; turn++) await visitor.post('/sign-out', {}, FORGED)

    expect((await list()).refusals).toHaveLength(20)
    expect(await count('refusal')).toBe(20)
  })

  it('contains no text that an attacker chooses', async () => {
    await new Visitor().post('/buy-my-watches', {}, FORGED)
    await new Visitor().post('/entries?q=buy-my-watches', { text: 'buy-my-watches' }, FORGED)

    expect(JSON.stringify((await list()).refusals)).not.toContain('watches')
  })

  it('stores a limited number of requests from one address', async () => {
    const visitor = new Visitor()
    for (let turn = 0; turn < 81; turn++) await visitor.post('/sign-out', {}, FORGED)
    await new Visitor().post('/account', {}, FORGED)
    await visitor.post('/sign-out', {}, FORGED)

    expect((await list()).refusals[0]?.path).toBe('/account')
  })
})

describe('the attacker’s site', () => {
  it('is served on another host by the same Worker', async () => {
    const { app } = await import('./app.ts')
    const response = await app.request('http://127.0.0.1:8787/', {}, env)

    const page = await response.text()
    expect(response.status).toBe(200)
    expect(page).toContain(`action="${BOOK}/entries"`)
    expect(response.headers.getSetCookie()).toEqual([])
    expect(response.headers.get('Content-Security-Policy')).toContain(`form-action ${BOOK};`)
  })

  it('has no page of the guestbook', async () => {
    const { app } = await import('./app.ts')

    expect((await app.request('http://127.0.0.1:8787/sign-in', {}, env)).status).toBe(404)
  })

  it('is not linked in a deployment', async () => {
    const { app } = await import('./app.ts')
    const page = await (await app.request('https://guestbook.example/', {}, env)).text()

    expect(page).not.toContain('Attack this guestbook')
  })
})
