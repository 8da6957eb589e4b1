import '../test/migrated.ts'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { count, Visitor } from '../test/visitor.ts'

describe('the guestbook', () => {
  it('shows an empty page to an anonymous visitor', async () => {
    const response = await new Visitor().get('/')

    const page = await response.text()
    expect(response.status).toBe(200)
    expect(page).toContain('There are no entries yet')
    expect(page).toContain('href="/sign-in"')
    expect(page).not.toContain('action="/entries"')
  })

  it('shows an entry with its author’s name to every visitor', async () => {
    const ada = await new Visitor().signUp('Ada')

    const response = await ada.post('/entries', { text: 'First\r\nand second line' })

    expect(response.status).toBe(303)
    const page = await (await new Visitor().get('/')).text()
    expect(page).toContain('First\nand second line</blockquote>')
    expect(page).toContain('<bdi class="name">Ada</bdi>')
  })

  it('escapes markup in entries and names', async () => {
    const script = '<script>alert("1")</script>'
    const visitor = await new Visitor().signUp('<b>Mallory</b> & "co"')

    await visitor.post('/entries', { text: script })
    const refused = await visitor.post('/entries', { text: script.repeat(30) })

    const pages = [await (await visitor.get('/')).text(), await refused.text()]
    for (const page of pages) {
      expect(page).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;')
      expect(page).toContain('&lt;b&gt;Mallory&lt;/b&gt; &amp; &quot;co&quot;')
      expect(page).not.toContain('<script>')
      expect(page).not.toContain('<b>')
    }
  })

  const refused: [text: string, says: string][] = [
    [' \n ', 'Enter a text.'],
    ['x'.repeat(501), 'at most 500 characters'],
  ]
  it.each(refused)('rejects the text %j and fills the form with it', async (text, says) => {
    const visitor = await new Visitor().signUp(`Wordy ${says.length}`)
    const entries = await count('entry')

    const response = await visitor.post('/entries', { text })

    const page = await response.text()
    expect(response.status).toBe(422)
    expect(page).toContain(says)
    expect(page).toContain(`\n${text}</textarea>`)
    expect(await count('entry')).toBe(entries)
  })

  it('accepts 500 characters of several bytes each', async () => {
    const visitor = await new Visitor().signUp('Emoji')

    expect((await visitor.post('/entries', { text: '🚪'.repeat(500) })).status).toBe(303)
  })

  it('asks an anonymous visitor to sign in, and shows the entry that was not saved', async () => {
    const entries = await count('entry')

    const response = await new Visitor().post('/entries', { text: 'Nearly lost' })

    expect(response.status).toBe(401)
    expect(await response.text()).toContain('Nearly lost</blockquote>')
    expect(await count('entry')).toBe(entries)
  })

  it('shows entries in pages, the newest first', async () => {
    const visitor = await new Visitor().signUp('Diarist')
    await env.DB.batch(
      Array.from({ length: 45 }, (_, day) =>
        env.DB.prepare(
          `INSERT INTO entry (user_id, signed_as, text, written_at)
             SELECT user_id, 'Diarist', ?, 0 FROM account WHERE name_key = 'diarist'`,
        ).bind(`Day ${day}.`),
      ),
    )

    const seen: string[] = []
    let path: string | undefined = '/'
    while (path) {
      const page = await (await visitor.get(path)).text()
      seen.push(...[...page.matchAll(/Day \d+\./g)].map(([text]) => text))
      path = /href="(\/\?before=\d+)"/.exec(page)?.[1]
    }

    expect(seen).toEqual(Array.from({ length: 45 }, (_, day) => `Day ${44 - day}.`))
  })

  it.each(['/?before=x', '/?before=-1', '/?before=99999999999999999999', '/?before='])(
    'shows the newest page for %s',
    async (path) => {
      const response = await new Visitor().get(path)

      expect(response.status).toBe(200)
      expect(await response.text()).toContain('<h2 id="entries">Entries</h2>')
    },
  )
})

describe('every page', () => {
  it.each(['/', '/sign-up', '/sign-in', '/refusals', '/nowhere'])(
    'has a strict Content-Security-Policy: %s',
    async (path) => {
      const { headers } = await new Visitor().get(path)

      expect(headers.get('Content-Security-Policy')).toBe(
        "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; style-src 'self'; " +
          "img-src 'self'; font-src 'self'; script-src 'self'; form-action 'self'",
      )
      expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
      expect(headers.get('Referrer-Policy')).toBe('same-origin')
    },
  )

  it('is private for a signed-in user', async () => {
    const visitor = await new Visitor().signUp('Private')

    const { headers } = await visitor.get('/')

    expect(headers.get('Cache-Control')).toBe('private, no-store')
    expect(headers.get('Vary')).toBe('Cookie')
  })

  it('answers 404 for an unknown path', async () => {
    expect((await new Visitor().get('/nowhere')).status).toBe(404)
  })

  const broken: [why: string, status: number, type: string, body: string][] = [
    ['a body that is not a form', 401, 'application/json', '{"text":"a"}'],
    ['an incomplete form', 400, 'multipart/form-data; boundary=x', '--x\r\nnonsense'],
    ['a form that is too large', 413, 'application/x-www-form-urlencoded', 'x'.repeat(20_000)],
  ]
  it.each(broken)('answers %s with %i, not with 500', async (_why, status, type, body) => {
    const { app } = await import('./app.ts')
    const response = await app.request(
      'http://localhost:8787/entries',
      {
        method: 'POST',
        body,
        headers: { 'Content-Type': type, 'Sec-Fetch-Site': 'same-origin' },
      },
      env,
    )

    expect(response.status).toBe(status)
    expect(response.headers.get('Content-Type')).toContain('text/html')
  })
})
