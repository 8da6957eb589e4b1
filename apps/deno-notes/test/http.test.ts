import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Notes, startNotes } from './notes.ts'
import { PASSPHRASE, Visitor } from './visitor.ts'

let notes: Notes
/** The file in which Deno KV keeps everything. */
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

function inKv<Answer>(run: (db: DatabaseSync) => Answer): Answer {
  const db = new DatabaseSync(kvFile)
  try {
    return run(db)
  } finally {
    db.close()
  }
}

/** Everything that is kept, in one text. */
function everything(): string {
  return inKv((db) => db.prepare('SELECT hex(k) AS k, hex(v) AS v FROM kv ORDER BY k').all())
    .map(({ k, v }) => `${String(k)} ${String(v)}`)
    .join('\n')
}

describe('signing in', () => {
  it('begins with the first use of a name, and sets this cookie', async () => {
    const someone = new Visitor(notes)

    const response = await someone.post('/sign-in', { name: 'Ada', passphrase: PASSPHRASE })

    expect(response.status).toBe(303)
    expect(response.headers.get('Location')).toBe('/')
    expect(response.headers.getSetCookie()).toEqual([
      `${someone.cookie}; Path=/; Max-Age=1296000; HttpOnly; Secure; SameSite=Lax`,
    ])
    expect(someone.cookie).toMatch(/^__Host-Http-notes=[0-9a-f]{32}[\w-]{22}\.[\w-]{43}$/)
    expect(response.headers.get('Cache-Control')).toBe('private, no-store')
    expect(await (await someone.get()).text()).toContain('Signed in as <bdi>Ada</bdi>')
  })

  it('opens the same notes again, however the name is written', async () => {
    const first = await visitor('Grace Hopper')
    await first.post('/notes', { text: 'Nanoseconds.' })

    const second = await visitor('  grace   HOPPER ')

    expect(await second.notes()).toEqual(['Nanoseconds.'])
  })

  const refused: [name: string, passphrase: string, status: number, problem: string][] = [
    ['Alan', 'not his passphrase', 401, 'That name is taken'],
    ['Barbara', '7 chars', 422, '8 to 200'],
    ['Barbara', 'x'.repeat(201), 422, '8 to 200'],
    ['', PASSPHRASE, 422, '1 to 40'],
    ['a\u0000b', PASSPHRASE, 422, '1 to 40'],
    ['x'.repeat(41), PASSPHRASE, 422, '1 to 40'],
  ]
  it.each(refused)('is refused to %j with %j', async (name, passphrase, status, problem) => {
    await visitor('Alan')
    const before = everything()

    const response = await new Visitor(notes).post('/sign-in', { name, passphrase })

    expect(response.status).toBe(status)
    expect(await response.text()).toContain(problem)
    expect(response.headers.getSetCookie()).toEqual([])
    expect(everything()).toBe(before)
  })

  it('makes one account of a name that is used twice at once', async () => {
    const both = await Promise.all([visitor('Edsger'), visitor('Edsger')])

    await both[0].post('/notes', { text: 'Simplicity.' })

    expect(await both[1].notes()).toEqual(['Simplicity.'])
  })

  it('keeps neither passphrase nor token', async () => {
    const { cookie } = await visitor('Mallory')
    inKv((db) => db.exec('PRAGMA wal_checkpoint(TRUNCATE)'))

    const file = (await readFile(kvFile)).toString('latin1')

    expect(file).toContain('Mallory')
    expect(file).not.toContain(PASSPHRASE)
    expect(file).not.toContain(cookie.split('.')[1])
  })
})

describe('notes', () => {
  it('are kept, newest first, and shown as they were typed', async () => {
    const someone = await visitor('Donald')
    const text = '<script>alert(1)</script> & "two"\r\n\'lines\''

    await someone.post('/notes', { text: 'First.' })
    const response = await someone.post('/notes', { text })

    expect(response.status).toBe(303)
    expect(await someone.notes()).toEqual([
      '&#60;script&#62;alert(1)&#60;/script&#62; &#38; &#34;two&#34;\n&#39;lines&#39;',
      'First.',
    ])
  })

  it('are private: only to their owner, and to no cache', async () => {
    const [owner, other] = [await visitor('Emmy'), await visitor('Sofia')]
    await owner.post('/notes', { text: 'Symmetry.' })

    const page = await owner.get()

    expect(page.headers.get('Cache-Control')).toBe('private, no-store')
    expect(page.headers.get('Vary')).toBe('Cookie')
    expect(await owner.notes()).toEqual(['Symmetry.'])
    expect(await other.notes()).toEqual([])
    expect(await (await new Visitor(notes).get()).text()).not.toContain('Symmetry.')
  })

  it('are deleted by their owner alone', async () => {
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
  ])('are not kept with %s characters', async (_count, text, status) => {
    const someone = await visitor('Niklaus')
    const before = everything()

    const response = await someone.post('/notes', { text })

    expect(response.status).toBe(status)
    expect(response.headers.get('Cache-Control') ?? '').not.toContain('public')
    expect(everything()).toBe(before)
  })

  it('show the words again to whoever is signed out by now, and keep nothing', async () => {
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
  it.each(failures)('F: %i for %s shows who is signed in', async (status, path, init) => {
    const someone = await visitor('Hedy')

    const response = await someone.send(path, init)

    expect(response.status).toBe(status)
    expect(await response.text()).toContain('Signed in as <bdi>Hedy</bdi>')
    expect(response.headers.get('Cache-Control')).toBe('private, no-store')
  })

  it('F: a refused request looks neither signed in nor signed out', async () => {
    const someone = await visitor('Hedy')

    const page = await (await someone.post('/notes', {}, {})).text()

    expect(page).toContain('Your session was not read here')
    expect(page).not.toContain('Signed in as')
  })

  it('F: a device that was signed out elsewhere is told so, and keeps its words', async () => {
    const someone = await visitor('Radia')
    const { cookie } = someone
    await someone.post('/sign-out')
    someone.cookie = cookie

    const page = await (await someone.post('/notes', { text: 'Bridges.' })).text()

    expect(page).toContain('You were signed out on this device. So this was not kept.')
    expect(page).toContain('Bridges.')
  })

  it('F: 500 notes are kept for one user, and no more', async () => {
    const someone = await visitor('Collector')
    await someone.post('/notes', { text: 'The first.' })
    await Promise.all(
      Array.from({ length: 499 }, (_, n) => someone.post('/notes', { text: `Number ${n}.` })),
    )

    const response = await someone.post('/notes', { text: 'One too many.' })

    expect(response.status).toBe(422)
    expect(await response.text()).toContain('You have 500 notes.')
    expect(await someone.notes()).toHaveLength(500)
    await someone.post('/notes/delete', { id: await someone.newest() })
    expect((await someone.post('/notes', { text: 'Again.' })).status).toBe(303)
  })
})

describe('signing out', () => {
  it('ends the session and deletes the cookie', async () => {
    const someone = await visitor('Tony')
    const { cookie } = someone

    const response = await someone.post('/sign-out')

    expect(response.status).toBe(303)
    expect(response.headers.getSetCookie()).toEqual([
      '__Host-Http-notes=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax',
    ])
    someone.cookie = cookie
    expect(await (await someone.get()).text()).toContain('Sign in or begin')
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
    const before = everything()

    for (const [path, fields] of targets) {
      const response = await victim.post(path, { id, ...fields }, headers)

      expect(response.status, path).toBe(403)
      expect(await response.text()).toContain(`<code>${reason}</code>`)
      expect(response.headers.getSetCookie(), path).toEqual([])
    }
    expect(everything()).toBe(before)
    expect(await victim.notes()).toContain('Genuine.')
  })
})

describe('a WebSocket', () => {
  it('opens for the page of somebody who is signed in, and tells of each change', async () => {
    const someone = await visitor('Ken')
    await someone.post('/notes', { text: 'One.' })
    const since = /data-change="(\w+)"/.exec(await (await someone.get()).text())![1]!

    const { status, received, close } = await someone.listen(notes.origin, `/live?since=${since}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect([status, received]).toEqual([101, []])

    await someone.post('/notes', { text: 'Two.' })
    await expect.poll(() => received, { timeout: 20_000 }).toEqual(['changed'])
    await someone.post('/notes/delete', { id: await someone.newest() })
    await expect.poll(() => received, { timeout: 20_000 }).toEqual(['changed', 'changed'])
    close()
  })

  it('tells at once of a change that came before it was open', async () => {
    const someone = await visitor('Dennis')
    await someone.post('/notes', { text: 'Missed.' })

    const { received, close } = await someone.listen(notes.origin)

    await expect.poll(() => received, { timeout: 20_000 }).toEqual(['changed'])
    close()
  })

  it('does not tell of the notes of others', async () => {
    const [ada, brian] = [await visitor('Ada'), await visitor('Brian')]
    const { received, close } = await ada.listen(notes.origin)

    await brian.post('/notes', { text: 'Mine.' })
    await new Promise((resolve) => setTimeout(resolve, 200))

    expect(received).toEqual([])
    close()
  })

  it('closes when its session ends, and stays open for another session', async () => {
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
    ['nowhere', null, 'origin-missing'],
  ])('is refused to a page from %s, with the cookie and all', async (_from, origin, reason) => {
    const someone = await visitor('Victim')

    const { status, response } = await someone.listen(origin)

    expect(status).toBe(403)
    expect(String(await response.toArray())).toContain(`<code>${reason}</code>`)
  })

  it('is refused to strangers, and to what is no handshake', async () => {
    const someone = await visitor('Victim')

    expect((await new Visitor(notes).listen(notes.origin)).status).toBe(401)
    expect((await someone.listen(notes.origin, '/elsewhere')).status).toBe(404)
    expect((await someone.get('/live')).status).toBe(426)
  })
})

describe('while Deno KV does not answer', () => {
  it('every page says so, and nobody is signed out', async () => {
    const someone = await visitor('Leslie')
    await someone.post('/notes', { text: 'Still here.' })
    inKv((db) => db.exec('ALTER TABLE kv RENAME TO kv_that_is_down'))
    try {
      const name = { name: 'Leslie', passphrase: PASSPHRASE }
      for (const response of [
        await someone.get(),
        await someone.get('/live'),
        await someone.post('/notes', { text: 'Lost?' }),
        await someone.post('/sign-out'),
        await someone.post('/sign-in', name),
        await new Visitor(notes).post('/sign-in', name),
      ]) {
        expect(response.status, response.url).toBe(503)
        expect(await response.text()).toContain('you still are')
        expect(response.headers.get('Retry-After')).toBe('30')
        expect(response.headers.getSetCookie()).toEqual([])
      }
      expect((await new Visitor(notes).get()).status).toBe(200)
      expect((await someone.post('/notes', {}, {})).status).toBe(403)
    } finally {
      inKv((db) => db.exec('ALTER TABLE kv_that_is_down RENAME TO kv'))
    }
    expect(await someone.notes()).toEqual(['Still here.'])
    expect(notes.log()).not.toContain(someone.cookie.split('.')[1])
  })
})

describe('every answer', () => {
  it.each([
    ['/', 200],
    ['/nowhere', 404],
    ['/live', 401],
    ['/notes', 404],
  ])('carries a policy that allows our own page alone: %s', async (path, status) => {
    const response = await new Visitor(notes).get(path)

    expect(response.status).toBe(status)
    expect(response.headers.get('Content-Security-Policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    )
    expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff')
    expect(response.headers.get('Referrer-Policy')).toBe('same-origin')
  })
})
