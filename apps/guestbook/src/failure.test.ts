import '../test/migrated.ts'
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest'
import { downDb, Visitor } from '../test/visitor.ts'
import { queryFailure } from './outage.ts'

const SIGNED_IN = /Signed in as <bdi>[^<]+<\/bdi>/

let logged: MockInstance<typeof console.error>
beforeEach(() => {
  logged = vi.spyOn(console, 'error').mockImplementation(() => {})
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** The failures that a signed-in user can cause, except a refused origin and an outage. */
const failures: [status: number, path: string, init: RequestInit][] = [
  [404, '/nowhere', {}],
  [404, '/entries', {}],
  [404, '/nowhere', form('a=b')],
  [404, '/devices/sign-out', form('session=x')],
  [
    400,
    '/entries',
    {
      ...form('--x\r\nnonsense'),
      headers: { 'Content-Type': 'multipart/form-data; boundary=x' },
    },
  ],
  [413, '/entries', form('x'.repeat(20_000))],
  [413, '/sign-in', form('x'.repeat(20_000))],
  [422, '/account', form('name=')],
]

describe('the page for a failure', () => {
  it.each(failures)('F: %i for %s shows the user’s name', async (status, path, init) => {
    const visitor = await new Visitor().signUp(`Lost ${path} ${status} ${init.method}`)

    const response = await visitor.send(path, init)

    expect(response.status).toBe(status)
    expect(await response.text()).toMatch(SIGNED_IN)
    expect(response.headers.get('Cache-Control')).toBe('private, no-store')
  })

  it.each(failures.slice(0, 3))(
    'F: %i for %s offers sign-in to anonymous visitors',
    async (_, path, init) => {
      const page = await (await new Visitor().send(path, init)).text()

      expect(page).toContain('<a href="/sign-in">')
      expect(page).not.toMatch(SIGNED_IN)
    },
  )

  it('F: the page for a refused request shows neither a user nor a sign-in link', async () => {
    const visitor = await new Visitor().signUp('Forged')

    const response = await visitor.post('/entries', {}, { 'Sec-Fetch-Site': 'cross-site' })

    const page = await response.text()
    expect(response.status).toBe(403)
    expect(page).toContain('Session not read')
    expect(page).not.toMatch(/Signed in as|href="\/sign-in"/)
  })
})

describe('a failed query', () => {
  it('F: a missing table causes a 500, with the error’s code in the log', async () => {
    const visitor = await new Visitor().signUp('Tableless')
    await env.DB.exec('ALTER TABLE entry RENAME TO lost')
    try {
      const response = await visitor.get('/')

      const page = await response.text()
      expect(response.status).toBe(500)
      expect(response.headers.get('Retry-After')).toBeNull()
      expect(page).toMatch(SIGNED_IN)
      expect(page).not.toContain('SQLITE')
      expect(logged.mock.calls.map(([line]) => line)).toEqual([
        expect.stringMatching(
          /^AUTH_STORE_REJECTED: Cannot read the entries: .*no such table: entry/,
        ),
      ])
    } finally {
      await env.DB.exec('ALTER TABLE lost RENAME TO entry')
    }
    expect((await visitor.get('/')).status).toBe(200)
  })

  it('F: a constraint violation causes a 500', async () => {
    const visitor = await new Visitor().signUp('Constrained')
    await env.DB.exec(
      "CREATE TRIGGER no_more BEFORE INSERT ON entry BEGIN SELECT RAISE(ABORT, 'full'); END",
    )
    const response = await visitor.post('/entries', { text: 'Hello' })
    await env.DB.exec('DROP TRIGGER no_more')

    expect(response.status).toBe(500)
    expect(logged).toHaveBeenCalledWith(
      expect.stringMatching(/^AUTH_STORE_REJECTED: Cannot write an entry: /),
      expect.anything(),
    )
  })

  it('F: an outage causes a 503, with the error’s code in the log', async () => {
    const visitor = new Visitor()
    visitor.db = downDb

    const response = await visitor.get('/')

    expect(response.status).toBe(503)
    expect(response.headers.get('Retry-After')).toBe('30')
    expect(await response.text()).toContain('Session not read')
    expect(logged).toHaveBeenCalledWith(
      expect.stringMatching(/^AUTH_STORE_UNAVAILABLE: Cannot read the entries: .*is unavailable/),
      expect.anything(),
    )
  })

  const messages: [code: string, message: string][] = [
    ['AUTH_STORE_REJECTED', 'D1_ERROR: no such table: entry: SQLITE_ERROR'],
    ['AUTH_STORE_REJECTED', 'D1_ERROR: UNIQUE constraint failed: a.b: SQLITE_CONSTRAINT'],
    ['AUTH_STORE_REJECTED', 'D1_ERROR: string or blob too big: SQLITE_TOOBIG'],
    ['AUTH_STORE_REJECTED', "D1_TYPE_ERROR: Type 'bigint' not supported for value '1'"],
    ['AUTH_STORE_UNAVAILABLE', 'D1_ERROR: Network connection lost.'],
    ['AUTH_STORE_UNAVAILABLE', 'D1 DB is overloaded. Requests queued for too long.'],
    ['AUTH_STORE_UNAVAILABLE', 'D1_ERROR: database is locked: SQLITE_BUSY'],
    ['AUTH_STORE_UNAVAILABLE', 'something else'],
  ]
  it.each(messages)('F: has the code %s for %j', (code, message) => {
    const fail = () => queryFailure('read')(new Error(`${message}\nsecond line`))

    expect(fail).toThrow(expect.objectContaining({ code, message: `Cannot read: ${message}` }))
  })
})

function form(body: string): RequestInit {
  return { method: 'POST', body, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }
}
