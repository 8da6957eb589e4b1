import '../test/migrated.ts'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { downDb, PASSPHRASE, Visitor } from '../test/visitor.ts'

describe('while the database is unavailable', () => {
  beforeEach(() => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })

  const requests: [what: string, send: (visitor: Visitor) => Promise<Response>][] = [
    ['reading the guestbook', (visitor) => visitor.get('/')],
    ['reading the devices', (visitor) => visitor.get('/devices')],
    ['reading the refusals', (visitor) => visitor.get('/refusals')],
    ['writing an entry', (visitor) => visitor.post('/entries', { text: 'Hello' })],
    ['changing a name', (visitor) => visitor.post('/account', { name: 'Other' })],
    ['changing a passphrase', (visitor) => visitor.post('/passphrase', { passphrase: PASSPHRASE })],
    ['confirming', (visitor) => visitor.post('/confirm', { passphrase: PASSPHRASE })],
    ['signing in', (visitor) => visitor.post('/sign-in', { name: 'Ada', passphrase: PASSPHRASE })],
    ['signing up', (visitor) => visitor.post('/sign-up', { name: 'New', passphrase: PASSPHRASE })],
  ]
  it.each(requests)('%s: responds with 503, and the cookie stays', async (what, send) => {
    const visitor = await new Visitor().signUp(`Before ${what}`)
    visitor.db = downDb

    const response = await send(visitor)

    expect(response.status).toBe(503)
    expect(response.headers.get('Set-Cookie')).toBeNull()
    expect(response.headers.get('Retry-After')).toBe('30')
    expect(await response.text()).toContain('If you are signed in, you still are')
  })

  it('responds with 503 to an anonymous visitor', async () => {
    const visitor = new Visitor()
    visitor.db = downDb

    expect((await visitor.get('/')).status).toBe(503)
  })

  it('[T39] sign-out fails with 503, and the cookie stays', async () => {
    const visitor = await new Visitor().signUp('Staying')
    const { db } = visitor
    visitor.db = downDb

    const response = await visitor.post('/sign-out', {})

    expect(response.status).toBe(503)
    expect(response.headers.get('Set-Cookie')).toBeNull()
    expect(await response.text()).toContain('You are still signed in')
    visitor.db = db
    expect(await (await visitor.get('/')).text()).toContain('Signed in as')
  })
})
