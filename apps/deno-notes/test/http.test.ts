import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Notes, startNotes } from './notes.ts'
import { PASSPHRASE, Visitor } from './visitor.ts'

let notes: Notes
/** The database file of Deno KV. */
let kvFile: string

beforeAll(async () => {
  notes = await startNotes()
  const [found] = (await readdir(notes.folder, { recursive: true })).filter((path) =>
    path.endsWith('kv.sqlite3'),
  )
  kvFile = join(notes.folder, found!)
})
afterAll(() => notes[Symbol.asyncDispose]())

function visitor(name: string): Promise<Visitor> {
  return new Visitor(notes).signIn(name)
}

function inKv<Result>(run: (db: DatabaseSync) => Result): Result {
  const db = new DatabaseSync(kvFile)
  try {
    return run(db)
  } finally {
    db.close()
  }
}

/** All stored data. */
function storedData(): string {
  return inKv((db) => db.prepare('SELECT hex(k) AS k, hex(v) AS v FROM kv ORDER BY k').all())
    .map(({ k, v }) => `${String(k)} ${String(v)}`)
    .join('\n')
}

describe('sign-in', () => {
  it('creates an account for a new name and sets the cookie', async () => {
    const user = new Visitor(notes)

    const response = await user.post('/sign-in', { name: 'Ada', passphrase: PASSPHRASE })

    expect(response.status).toBe(303)
    expect(response.headers.get('Location')).toBe('/')
    expect(response.headers.getSetCookie()).toEqual([
      `${user.cookie}; Path=/; Max-Age=1296000; HttpOnly; Secure; SameSite=Lax`,
    ])
    expect(user.cookie).toMatch(/^__Host-Http-notes=[\w-]{44}\.[\w-]{43}$/)
    expect(response.headers.get('Cache-Control')).toBe('private, no-store')
    expect(await (await user.get()).text()).toContain('Signed in as <bdi>Ada</bdi>')
  })

  it('accepts a name in another case and with other spaces', async () => {
    const first = await visitor('Grace Hopper')
    await first.post('/notes', { text: 'Nanoseconds.' })

    const second = await visitor('  grace   HOPPER ')

    expect(await second.notes()).toEqual(['Nanoseconds.'])
  })

  const rejected: [name: string, passphrase: string, status: number, problem: string][] = [
    ['Alan', 'not his passphrase', 401, 'This name is taken'],
    ['Barbara', '7 chars', 422, '8 to 200'],
    ['Barbara', 'x'.repeat(201), 422, '8 to 200'],
    ['', PASSPHRASE, 422, '1 to 40'],
    ['a\u0000b', PASSPHRASE, 422, '1 to 40'],
    ['x'.repeat(41), PASSPHRASE, 422, '1 to 40'],
  ]
  it.each(rejected)('rejects %j with %j', async (name, passphrase, status, problem) => {
    await visitor('Alan')
    const before = storedData()

    const response = await new Visitor(notes).post('/sign-in', { name, passphrase })

    expect(response.status).toBe(status)
    expect(await response.text()).toContain(problem)
    expect(response.headers.getSetCookie()).toEqual([])
    expect(storedData()).toBe(before)
  })

  it('creates one account for two concurrent sign-ins with a new name', async () => {
    const both = await Promise.all([visitor('Edsger'), visitor('Edsger')])

    await both[0].post('/notes', { text: 'Simplicity.' })

    expect(await both[1].notes()).toEqual(['Simplicity.'])
  })

  it('stores neither the passphrase nor the token', async () => {
    const { cookie } = await visitor('Mallory')
    inKv((db) => db.exec('PRAGMA wal_checkpoint(TRUNCATE)'))

    const file = (await readFile(kvFile)).toString('latin1')

    expect(file).toContain('Mallory')
    expect(file).not.toContain(PASSPHRASE)
    expect(file).not.toContain(cookie.split('.')[1])
  })
})

describe('notes', () => {
  it('are shown escaped, the newest first', async () => {
    const user = await visitor('Donald')
    const text = '<script>alert(1)</script> & "two"\r\n\'lines\''

    await user.post('/notes', { text: 'First.' })
    const response = await user.post('/notes', { text })

    expect(response.status).toBe(303)
    expect(await user.notes()).toEqual([
      '&#60;script&#62;alert(1)&#60;/script&#62; &#38; &#34;two&#34;\n&#39;lines&#39;',
      'First.',
    ])
  })

  it('are shown only to their owner, and not stored by caches', async () => {
    const [owner, other] = [await visitor('Emmy'), await visitor('Sofia')]
    await owner.post('/notes', { text: 'Symmetry.' })

    const page = await owner.get()

    expect(page.headers.get('Cache-Control')).toBe('private, no-store')
    expect(page.headers.get('Vary')).toBe('Cookie')
    expect(await owner.notes()).toEqual(['Symmetry.'])
    expect(await other.notes()).toEqual([])
    expect(await (await new Visitor(notes).get()).text()).not.toContain('Symmetry.')
  })

  it('can be deleted only by their owner', async () => {
    const [owner, other] = [await visitor('Kurt'), await visitor('Alonzo')]
    await owner.post('/notes', { text: 'Incomplete.' })
    const id = await owner.newest()

    await other.post('/notes/delete', { id })
    expect(await owner.notes()).toEqual(['Incomplete.'])
    await owner.post('/notes/delete', { id })
    expect(await owner.notes()).toEqual([])
  })

  it.each([
    ['no', '', 422],
    ['blank', '  \n ', 422],
    ['2,001', 'x'.repeat(2001), 422],
    ['33,000', 'x'.repeat(33_000), 413],
  ])('are rejected with %s characters', async (_count, text, status) => {
    const user = await visitor('Niklaus')
    const before = storedData()

    const response = await user.post('/notes', { text })

    expect(response.status).toBe(status)
    expect(response.headers.get('Cache-Control') ?? '').not.toContain('public')
    expect(storedData()).toBe(before)
  })

  it('are shown again and not saved if the visitor is signed out', async () => {
    const response = await new Visitor(notes).post('/notes', { text: 'Do not lose <me>.' })

    expect(response.status).toBe(401)
    expect(await response.text()).toContain('Do not lose &#60;me&#62;.')
    expect((await new Visitor(notes).post('/notes/delete', { id: 'x' })).status).toBe(401)
  })
})

describe('a failure', () => {
  const failures: [status: number, path: string, init: RequestInit][] = [
    [404, '/nowhere', {}],
    [404, '/nowhere', { method: 'POST', body: 'a=b' }],
    [413, '/notes', { method: 'POST', body: 'x'.repeat(40_000) }],
  ]
  it.each(failures)('F: %i for %s shows the user’s name', async (status, path, init) => {
    const user = await visitor('Hedy')

    const response = await user.send(path, init)

    expect(response.status).toBe(status)
    expect(await response.text()).toContain('Signed in as <bdi>Hedy</bdi>')
    expect(response.headers.get('Cache-Control')).toBe('private, no-store')
  })

  it('F: the page for a refused request shows no user', async () => {
    const user = await visitor('Hedy')

    const page = await (await user.post('/notes', {}, {})).text()

    expect(page).toContain('Session not read')
    expect(page).not.toContain('Signed in as')
  })

  it('F: a device that was signed out elsewhere gets a notice and its note', async () => {
    const user = await visitor('Radia')
    const { cookie } = user
    await user.post('/sign-out')
    user.cookie = cookie

    const page = await (await user.post('/notes', { text: 'Bridges.' })).text()

    expect(page).toContain('You were signed out on this device. Therefore your note was not saved.')
    expect(page).toContain('Bridges.')
  })

  it('F: at most 500 notes are stored for one user', async () => {
    const user = await visitor('Collector')
    await user.post('/notes', { text: 'The first.' })
    await Promise.all(
      Array.from({ length: 499 }, (_, n) => user.post('/notes', { text: `Number ${n}.` })),
    )

    const response = await user.post('/notes', { text: 'One too many.' })

    expect(response.status).toBe(422)
    expect(await response.text()).toContain('You have 500 notes.')
    expect(await user.notes()).toHaveLength(500)
    await user.post('/notes/delete', { id: await user.newest() })
    expect((await user.post('/notes', { text: 'Again.' })).status).toBe(303)
  })
})

describe('sign-out', () => {
  it('revokes the session and deletes the cookie', async () => {
    const user = await visitor('Tony')
    const { cookie } = user

    const response = await user.post('/sign-out')

    expect(response.status).toBe(303)
    expect(response.headers.getSetCookie()).toEqual([
      '__Host-Http-notes=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax',
    ])
    user.cookie = cookie
    expect(await (await user.get()).text()).toContain('Sign in or sign up')
  })
})

describe('a forged request', () => {
  const evil = 'https://evil.example'
  const forgeries: [headers: Record<string, string>, reason: string][] = [
    [{ 'Sec-Fetch-Site': 'cross-site', Origin: evil }, 'cross-site'],
    [{ 'Sec-Fetch-Site': 'same-site', Origin: 'http://localhost:1' }, 'cross-site'],
    [{ 'Sec-Fetch-Site': 'cross-site', Origin: 'null' }, 'cross-site'],
    [{ Origin: evil }, 'origin-mismatch'],
    [{ Origin: 'null' }, 'origin-mismatch'],
    [{}, 'origin-missing'],
  ]
  const targets: [path: string, fields: Record<string, string>][] = [
    ['/sign-in', { name: 'Newcomer', passphrase: PASSPHRASE }],
    ['/sign-in', { name: 'Victim', passphrase: PASSPHRASE }],
    ['/notes', { text: 'Forged.' }],
    ['/notes/delete', {}],
    ['/sign-out', {}],
    ['/nowhere', {}],
  ]
  it.each(forgeries)('with %j is refused: %s', async (headers, reason) => {
    const victim = await visitor('Victim')
    await victim.post('/notes', { text: 'Genuine.' })
    const id = await victim.newest()
    const before = storedData()

    for (const [path, fields] of targets) {
      const response = await victim.post(path, { id, ...fields }, headers)

      expect(response.status, path).toBe(403)
      expect(await response.text()).toContain(`<code>${reason}</code>`)
      expect(response.headers.getSetCookie(), path).toEqual([])
    }
    expect(storedData()).toBe(before)
    expect(await victim.notes()).toContain('Genuine.')
  })
})

describe('a WebSocket', () => {
  it('opens for a signed-in user, and pushes each change', async () => {
    const user = await visitor('Ken')
    await user.post('/notes', { text: 'One.' })
    const since = /data-change="(\w+)"/.exec(await (await user.get()).text())![1]!

    const { status, received, close } = await user.listen(notes.origin, `/live?since=${since}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect([status, received]).toEqual([101, []])

    await user.post('/notes', { text: 'Two.' })
    await expect.poll(() => received, { timeout: 20_000 }).toEqual(['changed'])
    await user.post('/notes/delete', { id: await user.newest() })
    await expect.poll(() => received, { timeout: 20_000 }).toEqual(['changed', 'changed'])
    close()
  })

  it('pushes a change that happened before it was open', async () => {
    const user = await visitor('Dennis')
    await user.post('/notes', { text: 'Missed.' })

    const { received, close } = await user.listen(notes.origin)

    await expect.poll(() => received, { timeout: 20_000 }).toEqual(['changed'])
    close()
  })

  it('does not push changes of other users', async () => {
    const [ada, brian] = [await visitor('Ada'), await visitor('Brian')]
    const { received, close } = await ada.listen(notes.origin)

    await brian.post('/notes', { text: 'Mine.' })
    await new Promise((resolve) => setTimeout(resolve, 200))

    expect(received).toEqual([])
    close()
  })

  it('closes when its session is revoked, and stays open for another session', async () => {
    const [here, there] = [await visitor('Rob'), await visitor('Rob')]
    const [ending, staying] = [await here.listen(notes.origin), await there.listen(notes.origin)]

    await here.post('/sign-out')
    await expect.poll(() => staying.received, { timeout: 20_000 }).toEqual(['changed'])
    await there.post('/notes', { text: 'For Rob alone.' })

    await expect.poll(() => staying.received, { timeout: 20_000 }).toEqual(['changed', 'changed'])
    expect(ending.received).toEqual(['4401'])
    staying.close()
  })

  it.each([
    ['another site', 'https://evil.example', 'origin-mismatch'],
    ['another port', 'http://localhost:1', 'origin-mismatch'],
    ['an unknown origin', null, 'origin-missing'],
  ])(
    'is refused to a page from %s, although it sends the cookie',
    async (_from, origin, reason) => {
      const user = await visitor('Victim')

      const { status, response } = await user.listen(origin)

      expect(status).toBe(403)
      expect(String(await response.toArray())).toContain(`<code>${reason}</code>`)
    },
  )

  it('is refused without a session and without a handshake', async () => {
    const user = await visitor('Victim')

    expect((await new Visitor(notes).listen(notes.origin)).status).toBe(401)
    expect((await user.listen(notes.origin, '/unknown')).status).toBe(404)
    expect((await user.get('/live')).status).toBe(426)
  })
})

describe('while Deno KV is unavailable', () => {
  it('every page is a 503, and users stay signed in', async () => {
    const user = await visitor('Leslie')
    await user.post('/notes', { text: 'Still here.' })
    inKv((db) => db.exec('ALTER TABLE kv RENAME TO kv_that_is_down'))
    try {
      const name = { name: 'Leslie', passphrase: PASSPHRASE }
      for (const response of [
        await user.get(),
        await user.get('/live'),
        await user.post('/notes', { text: 'Lost?' }),
        await user.post('/sign-out'),
        await user.post('/sign-in', name),
        await new Visitor(notes).post('/sign-in', name),
      ]) {
        expect(response.status, response.url).toBe(503)
        expect(await response.text()).toContain('you still are')
        expect(response.headers.get('Retry-After')).toBe('30')
        expect(response.headers.getSetCookie()).toEqual([])
      }
      expect((await new Visitor(notes).get()).status).toBe(200)
      expect((await user.post('/notes', {}, {})).status).toBe(403)
    } finally {
      inKv((db) => db.exec('ALTER TABLE kv_that_is_down RENAME TO kv'))
    }
    expect(await user.notes()).toEqual(['Still here.'])
    expect(notes.log()).not.toContain(user.cookie.split('.')[1])
  })
})

describe('every response', () => {
  it.each([
    ['/', 200],
    ['/nowhere', 404],
    ['/live', 401],
    ['/notes', 404],
  ])('[T51] has a strict Content-Security-Policy: %s', async (path, status) => {
    const response = await new Visitor(notes).get(path)

    expect(response.status).toBe(status)
    expect(response.headers.get('Content-Security-Policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    )
    expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff')
    expect(response.headers.get('Referrer-Policy')).toBe('same-origin')
  })
})
