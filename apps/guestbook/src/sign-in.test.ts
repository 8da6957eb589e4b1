import '../test/migrated.ts'
import { env } from 'cloudflare:workers'
import { ageSession } from '@limen/testing'
import { d1Store } from '@limen/workers'
import { describe, expect, it } from 'vitest'
import { count, PASSPHRASE, Visitor, sessionCookies } from '../test/visitor.ts'
import { createAccount } from './account.ts'
import { authFor } from './auth.ts'

const TOKEN = '[A-Za-z0-9_-]{22}\\.[A-Za-z0-9_-]{43}'

/** The page without the visitor's input. */
async function words(response: Response, name: string): Promise<string> {
  return (await response.text()).replaceAll(name, '')
}

describe('sign-up', () => {
  it('signs the user in and shows the name', async () => {
    const visitor = new Visitor()

    const response = await visitor.post('/sign-up', { name: ' Ada ', passphrase: PASSPHRASE })

    expect(response.status).toBe(303)
    expect(response.headers.get('Location')).toBe('/')
    expect(response.headers.get('Cache-Control')).toBe('private, no-store')
    expect(sessionCookies(response)).toEqual([
      expect.stringMatching(
        `^__Host-Http-guestbook=${TOKEN}; Path=/; HttpOnly; Secure; SameSite=Lax$`,
      ),
    ])
    expect(await (await visitor.get('/')).text()).toContain('Signed in as <bdi>Ada</bdi>')
  })

  const refused: [name: string, passphrase: string, says: string][] = [
    ['', PASSPHRASE, 'Choose a name'],
    ['\u200b\u3164', PASSPHRASE, 'Choose a name'],
    ['x'.repeat(41), PASSPHRASE, 'Choose a name'],
    ['Short', '7 chars', 'at least 8 characters'],
    ['Long', 'é'.repeat(101), 'at most 200 bytes'],
  ]
  it.each(refused)(
    'rejects %j with %j and fills the form again',
    async (name, passphrase, says) => {
      const users = await count('limen_user')

      const response = await new Visitor().post('/sign-up', { name, passphrase })

      const page = await response.text()
      expect(response.status).toBe(422)
      expect(page).toContain(says)
      expect(page).toContain(`value="${name}"`)
      expect(page).not.toContain(passphrase)
      expect(await count('limen_user')).toBe(users)
    },
  )

  it.each(['Grace', 'GRACE', ' ｇｒａｃｅ ', 'gra\u200bce'])(
    'rejects %j because Grace is taken, and stores no user',
    async (name) => {
      await new Visitor().post('/sign-up', { name: 'Grace', passphrase: PASSPHRASE })
      const users = await count('limen_user')

      const response = await new Visitor().post('/sign-up', { name, passphrase: PASSPHRASE })

      expect(response.status).toBe(409)
      expect(sessionCookies(response)).toEqual([])
      expect(await response.text()).toContain('This name is taken')
      expect(await count('limen_user')).toBe(users)
    },
  )

  it('gives a name to one of two concurrent sign-ups', async () => {
    const users = (await count('limen_user')) ?? 0

    const ids = await Promise.all(
      [1, 2].map(() => createAccount(env.DB, authFor(env), 'Twin', PASSPHRASE)),
    )

    expect(ids.filter((id) => id === null)).toHaveLength(1)
    expect(await count('limen_user')).toBe(users + 1)
  })
})

describe('sign-in', () => {
  it('accepts a name in another case and Unicode form', async () => {
    await new Visitor().signUp('Émile Straße')
    const visitor = new Visitor()

    const response = await visitor.post('/sign-in', {
      name: 'e\u0301mile  STRASSE',
      passphrase: PASSPHRASE,
    })

    expect(response.status).toBe(303)
    expect(await (await visitor.get('/')).text()).toContain('<bdi>Émile Straße</bdi>')
  })

  it('[T33] responds equally to an unknown name and a wrong passphrase', async () => {
    await new Visitor().signUp('Known')

    const wrong = await new Visitor().post('/sign-in', {
      name: 'Known',
      passphrase: 'not this one',
    })
    const unknown = await new Visitor().post('/sign-in', {
      name: 'Unknown',
      passphrase: PASSPHRASE,
    })

    expect([wrong.status, unknown.status]).toEqual([401, 401])
    expect(await words(unknown, 'Unknown')).toBe(await words(wrong, 'Known'))
  })

  it('asks for a missing passphrase and fills in the name', async () => {
    const response = await new Visitor().post('/sign-in', { name: 'Ada', passphrase: '' })

    expect(response.status).toBe(422)
    expect(await response.text()).toContain('value="Ada"')
  })

  it('[T31] revokes the session that the browser had before', async () => {
    const visitor = await new Visitor().signUp('Again')
    const before = visitor.sessionId

    await visitor.post('/sign-in', { name: 'Again', passphrase: PASSPHRASE })

    expect(await authFor(env).getSession(before)).toBeNull()
    expect(await authFor(env).getSession(visitor.sessionId)).not.toBeNull()
  })

  it('limits attempts for one name from all addresses', async () => {
    const statuses = await attempts(17, () => ({ visitor: new Visitor(), name: 'Guessed' }))

    // The minute of the rate limit can end once during the attempts.
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(16)
    expect(statuses).toContain(429)
  })

  it('limits attempts from one address for all names', async () => {
    const visitor = new Visitor()

    const statuses = await attempts(81, (turn) => ({ visitor, name: `Name ${turn}` }))

    expect(statuses).toContain(429)
  })

  it('sends Retry-After', async () => {
    const visitor = new Visitor()
    let response = await visitor.post('/sign-in', { name: 'Waiting', passphrase: 'x'.repeat(201) })
    for (let turn = 0; turn < 17 && response.status !== 429; turn++) {
      response = await visitor.post('/sign-in', { name: 'Waiting', passphrase: 'x'.repeat(201) })
    }

    expect(response.headers.get('Retry-After')).toBe('60')
    expect(await response.text()).toContain('Too many attempts')
  })

  /** Attempts with a passphrase that is too long to be hashed, until one is rate limited. */
  async function attempts(
    times: number,
    next: (turn: number) => { visitor: Visitor; name: string },
  ): Promise<number[]> {
    const statuses: number[] = []
    for (let turn = 0; turn < times && !statuses.includes(429); turn++) {
      const { visitor, name } = next(turn)
      const passphrase = 'x'.repeat(201)
      statuses.push((await visitor.post('/sign-in', { name, passphrase })).status)
    }
    return statuses
  }
})

describe('“Stay signed in”', () => {
  const paths = ['/sign-up', '/sign-in'] as const
  const cookie = (attributes: string) =>
    expect.stringMatching(
      `^__Host-Http-guestbook=${TOKEN}; Path=/;${attributes} HttpOnly; Secure; SameSite=Lax$`,
    ) as string
  const boxes: [fields: Record<string, string>, sends: string, days: number][] = [
    [{}, '', 2],
    [{ remember: 'off' }, '', 2],
    [{ remember: 'on' }, ' Max-Age=1299600;', 15],
  ]

  for (const path of paths) {
    it.each(boxes)(
      `${path} with %j sends a cookie with “%s” for %i days`,
      async (box, sends, days) => {
        const name = `Box ${path} ${days} ${box['remember']}`
        if (path === '/sign-in') await new Visitor().signUp(name)
        const visitor = new Visitor()

        const response = await visitor.post(path, { name, passphrase: PASSPHRASE, ...box })

        expect(sessionCookies(response)).toEqual([cookie(sends)])
        const session = await authFor(env).getSession(visitor.sessionId)
        expect(+session!.idlePeriodExpiresAt - +session!.activePeriodExpiresAt).toBe(
          days * 86_400_000,
        )
      },
    )

    it(`${path} shows the box empty at first, and as it was after a problem`, async () => {
      const box = /<input type="checkbox" name="remember"[^>]*>/
      const boxIn = async (response: Response) => box.exec(await response.text())?.[0]
      const visitor = new Visitor()
      const fields = { name: '', passphrase: '' }

      expect(await boxIn(await visitor.get(path))).not.toContain('checked')
      expect(await boxIn(await visitor.post(path, fields))).not.toContain('checked')
      expect(await boxIn(await visitor.post(path, { ...fields, remember: 'on' }))).toContain(
        'checked',
      )
    })
  }

  it('is renewed as it was: with Max-Age, or without', async () => {
    for (const [box, sends] of boxes) {
      const visitor = new Visitor()
      const name = `Renewed ${JSON.stringify(box)}`
      await visitor.post('/sign-up', { name, passphrase: PASSPHRASE, ...box })
      await ageSession(d1Store(env.DB), visitor, { hours: 30 })

      const response = await visitor.get('/')

      expect(sessionCookies(response)).toEqual([cookie(sends)])
    }
  })
})

describe('sign-out', () => {
  it('[T40] revokes the session and deletes the cookie', async () => {
    const visitor = await new Visitor().signUp('Leaving')
    const { sessionId, cookie } = visitor

    const response = await visitor.post('/sign-out', {})

    expect(response.status).toBe(303)
    expect(sessionCookies(response)).toEqual([
      '__Host-Http-guestbook=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax',
    ])
    expect(await authFor(env).getSession(sessionId)).toBeNull()
    visitor.cookie = cookie
    expect((await visitor.get('/devices')).headers.get('Location')).toBe(
      '/sign-in?next=%2Fdevices&reason=signed-out',
    )
  })

  it('succeeds for an anonymous visitor', async () => {
    expect((await new Visitor().post('/sign-out', {})).status).toBe(303)
  })
})
