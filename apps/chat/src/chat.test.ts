import {
  applyD1Migrations,
  evictDurableObject,
  runDurableObjectAlarm,
  runInDurableObject,
} from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { ageSession } from '@limen/testing'
import { d1Store } from '@limen/workers'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { CHAT, Device, type Line } from '../test/visitor.ts'
import { MAX_DEVICES, authFor } from './auth.ts'
import type { Pace } from './pace.ts'

await applyD1Migrations(env.DB, env.MIGRATIONS)

const auth = authFor(env)
const room = env.ROOM.getByName('lobby')

describe('sign-in', () => {
  it('as another user fails without a cookie if the previous session cannot be revoked', async () => {
    const device = await new Device().signIn('Ada')
    await env.DB.exec(
      "CREATE TRIGGER down BEFORE DELETE ON limen_session BEGIN SELECT RAISE(FAIL, 'down'); END",
    )
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
    const response = await device.post('/sign-in', { name: 'Bob' })
    await env.DB.exec('DROP TRIGGER down')
    logged.mockRestore()

    expect(response.status).toBeGreaterThanOrEqual(500)
    expect(response.headers.getSetCookie()).toEqual([])
    expect(await (await device.get('/me')).json()).toEqual({ name: 'Ada' })
  })
})

describe('two sign-ins of one browser at once', () => {
  it('replace its session, and none of them fails', async () => {
    const device = await new Device().signIn('Ada')
    const { sessionId } = device
    const responses = await Promise.all([1, 2].map(() => device.post('/sign-in', { name: 'Ada' })))
    expect(responses.map(({ status }) => status)).toEqual([303, 303])
    expect(await auth.getSession(sessionId)).toBeNull()
    expect(await (await device.get('/me')).json()).toEqual({ name: 'Ada' })
  })
})

describe('“Stay signed in”', () => {
  const boxes: [box: Record<string, string>, maxAge: string, days: number][] = [
    [{}, '', 2],
    [{ remember: 'on' }, ' Max-Age=1299600;', 15],
  ]
  it.each(boxes)('F: %j sends a cookie with “%s” for %i days', async (box, maxAge, days) => {
    const device = new Device()
    const response = await device.post('/sign-in', { name: 'Ada', ...box })
    expect(response.headers.getSetCookie()).toEqual([
      expect.stringMatching(
        `^__Host-Http-chat=[^;]+; Path=/;${maxAge} HttpOnly; Secure; SameSite=Lax$`,
      ),
    ])
    const session = await auth.getSession(device.sessionId)
    expect(+session!.idlePeriodExpiresAt - +session!.activePeriodExpiresAt).toBe(days * 86_400_000)
  })
})

describe('the list of devices', () => {
  it('F: has the times of sign-in and of the last use', async () => {
    const laptop = await new Device().signIn('Lister')
    const phone = await new Device().signIn('Lister')
    const { createdAt } = (await auth.getSession(phone.sessionId))!
    await ageSession(d1Store(env.DB), phone, { hours: 30 })
    const aged = new Date(+createdAt - 30 * 3_600_000).toJSON()
    const listed = async () => (await laptop.get('/devices')).json<Record<string, unknown>[]>()
    // In order of sign-in.
    expect(await listed()).toEqual([
      { isCurrent: false, signedInAt: aged, lastUsedAt: aged },
      expect.objectContaining({ isCurrent: true }),
    ])
    await phone.get('/me')
    const [used] = await listed()
    expect(used).toMatchObject({ signedInAt: aged })
    expect(Date.parse(String(used!['lastUsedAt']))).toBeGreaterThanOrEqual(+createdAt)
  })

  it('is not for anonymous visitors', async () => {
    expect((await new Device().get('/devices')).status).toBe(401)
  })

  it('F: the page has the number of devices', async () => {
    const page = await (await env.ASSETS.fetch(`${CHAT}/`)).text()
    expect(page).toContain(`You can be signed in on ${MAX_DEVICES} devices.`)
  })
})

describe('the account', () => {
  it('[T41] is deleted, with its sessions and sockets', async () => {
    const [ada, phone, bob] = await enter('Ada', 'Ada', 'Bob')
    const response = await ada.device.post('/delete-account')
    expect(response.status).toBe(303)
    expect(ada.device.cookie).toBe('')
    expect(await Promise.all([ada.closed, phone.closed])).toEqual([4401, 4401])
    expect(await auth.getUser('ada')).toBeNull()
    bob.send('still here')
    await bob.next('message')
  })

  it('is not deleted five minutes after sign-in, and then after another sign-in', async () => {
    const device = new Device()
    await device.post('/sign-in', { name: 'Grace', remember: 'on' })
    await ageSession(d1Store(env.DB), device, { minutes: 5 })
    const { sessionId } = device

    const response = await device.post('/delete-account')
    expect(response.status).toBe(401)
    const page = await response.text()
    expect(page).toContain('You joined more than 5 minutes ago. Join again')
    expect(page).toMatch(/<input id="name"[^>]* value="Grace"/)
    expect(page).toMatch(/<input id="remember"[^>]* checked/)
    expect(page).not.toContain('aria-invalid')
    expect(await auth.getUser('grace')).not.toBeNull()

    await device.signIn('Grace')
    expect(await auth.getSession(sessionId)).toBeNull()
    expect((await device.post('/delete-account')).status).toBe(303)
    expect(await auth.getUser('grace')).toBeNull()
  })

  it('is not deleted by an anonymous visitor', async () => {
    expect((await new Device().post('/delete-account')).status).toBe(401)
  })
})

describe('the handshake', () => {
  const cases: [origin: string | null, status: number, because: string][] = [
    [CHAT, 101, 'a page of the chat opened it'],
    [null, 403, 'browsers always send Origin with a WebSocket handshake'],
    ['null', 403, 'a sandboxed frame has an opaque origin'],
    ['https://evil.example', 403, 'another site can send the cookie'],
    [
      'http://evil.localhost:8788',
      403,
      'a sibling host is another origin, although it is the same site',
    ],
    ['http://localhost:8787', 403, 'another port is another origin'],
    ['https://localhost:8788', 403, 'another scheme is another origin'],
  ]
  it.each(cases)('from %s: %i, because %s', async (origin, status) => {
    const ada = await new Device().signIn('Ada')
    const response = await ada.handshake(origin)
    expect(response.status).toBe(status)
    response.webSocket?.accept()
    response.webSocket?.close()
  })

  it('[T05] is answered with 401 without a session', async () => {
    expect((await new Device().handshake()).status).toBe(401)
    expect((await new Device().get('/me')).status).toBe(401)
  })

  it('P3: the room stores the session’s id and no token', async () => {
    const ada = await new Device().signIn('Ada')
    const line = await ada.enter()
    const stored = await attachments()
    expect(stored.map(({ sessionId }) => sessionId)).toContain(ada.sessionId)
    const secret = ada.cookie.split('.')[1]!
    expect(secret).toHaveLength(43)
    expect(JSON.stringify(stored)).not.toContain(secret)
    line.close()
  })

  it('P1: closes a socket whose session was revoked after the Worker validated it', async () => {
    const { sessionId, user } = await auth.createSession(await userOf('Ada'))
    await auth.invalidateSession(sessionId)
    const ids = new URLSearchParams({ sessionId, userId: user.userId })
    const headers = { Upgrade: 'websocket' }
    const { webSocket } = await room.fetch(`https://room/?${ids.toString()}`, { headers })
    const closed = new Promise<number>((resolve) => {
      webSocket!.addEventListener('close', ({ code }) => resolve(code))
    })
    webSocket!.accept()
    expect(await closed).toBe(4401)
  })
})

describe('the room', () => {
  it('sends each message to all users, in order', async () => {
    const [ada, bob] = await enter('Ada', 'Bob')
    await stale()
    for (const text of ['one', ' two ', '', 'three']) ada.send(text)
    for (const text of ['one', 'two', 'three']) {
      expect(await bob.next('message')).toEqual({ type: 'message', from: 'Ada', text })
      expect(await ada.next('message')).toMatchObject({ text })
    }
  })

  it('sends messages in order if only the first needs a session check', async () => {
    const [ada] = await enter('Ada')
    await runInDurableObject(room, async (instance, state) => {
      const [socket] = state.getWebSockets()
      const attachment = socket!.deserializeAttachment() as Attachment
      socket!.serializeAttachment({ ...attachment, mayWriteUntil: 0 })
      const first = instance.webSocketMessage(socket!, 'first')
      socket!.serializeAttachment(attachment)
      await instance.webSocketMessage(socket!, 'second')
      await first
    })
    expect(await ada.next('message')).toMatchObject({ text: 'first' })
    expect(await ada.next('message')).toMatchObject({ text: 'second' })
  })

  it('sends the list of names, each name once', async () => {
    const [ada, tab, bob] = await enter('Ada', 'Ada', 'Bob')
    expect(await bob.next('here')).toEqual({ type: 'here', names: ['Ada', 'Bob'] })
    tab.close()
    expect(await bob.next('here')).toEqual({ type: 'here', names: ['Ada', 'Bob'] })
    ada.close()
    expect(await bob.next('here')).toEqual({ type: 'here', names: ['Bob'] })
  })

  it('does not check the session for each message', async () => {
    const [ada] = await enter('Ada')
    const before = await attachments()
    ada.send('one')
    await ada.next('message')
    expect(await attachments()).toEqual(before)
    await stale()
    ada.send('two')
    await ada.next('message')
    expect((await attachments())[0]!.mayWriteUntil).toBeGreaterThan(0)
  })
})

describe('P1: a session that was revoked or has expired', () => {
  it('[T41] closes its socket at sign-out', async () => {
    const [ada, bob] = await enter('Ada', 'Bob')
    expect((await ada.device.post('/sign-out')).status).toBe(303)
    expect(await ada.closed).toBe(4401)
    expect(await ada.device.handshake()).toHaveProperty('status', 401)
    bob.send('still here')
    await bob.next('message')
  })

  it('closes only the sockets of the other device when that is signed out', async () => {
    const [laptop, phone, bob] = await enter('Ada', 'Ada', 'Bob')
    expect((await laptop.device.post('/sign-out-others')).status).toBe(303)
    expect(await phone.closed).toBe(4401)
    for (const line of [laptop, bob]) {
      line.send('still here')
      await line.next('message')
    }
  })

  it('[T31] closes the sockets of a replaced session; its new cookie opens others', async () => {
    const [line, bob] = await enter('Ada', 'Bob')
    const { device } = line
    const thief = new Device()
    thief.cookie = device.cookie
    const stolen = await thief.enter()
    await device.signIn('Ada')
    expect(await Promise.all([line.closed, stolen.closed])).toEqual([4401, 4401])
    expect(await thief.handshake()).toHaveProperty('status', 401)
    const again = await device.enter()
    again.send('still here')
    expect(await bob.next('message')).toMatchObject({ from: 'Ada', text: 'still here' })
    again.close()
  })

  it('[T41] closes the sockets of the first device when there are too many', async () => {
    const [first] = await enter('Many')
    for (let device = 0; device < MAX_DEVICES; device++) await new Device().signIn('Many')
    expect(await first.closed).toBe(4401)
    expect(await first.device.handshake()).toHaveProperty('status', 401)
  })

  it('closes the socket when the same browser signs in with another name', async () => {
    const [line] = await enter('Ada')
    await line.device.signIn('Bob')
    expect(await line.closed).toBe(4401)
  })

  it('cannot write if the room was not notified', async () => {
    const [ada, bob] = await enter('Ada', 'Bob')
    await auth.invalidateSession(ada.device.sessionId)
    await stale()
    ada.send('let me in')
    expect(await ada.closed).toBe(4401)
    bob.send('what was that?')
    expect(await bob.next('message')).toMatchObject({ text: 'what was that?' })
  })

  it('cannot write a message that arrives after its socket was closed', async () => {
    const [ada, bob] = await enter('Ada', 'Bob')
    await auth.invalidateSession(ada.device.sessionId)
    await runInDurableObject(room, async (instance, state) => {
      const [socket] = state.getWebSockets('ada')
      await instance.recheck('ada')
      await instance.webSocketMessage(socket!, 'one more')
    })
    bob.send('bye')
    expect(await bob.next('message')).toMatchObject({ from: 'Bob' })
  })

  it('[T41] cannot read on if the room was not notified and no one writes', async () => {
    const [ada, phone, bob] = await enter('Ada', 'Ada', 'Bob')
    await auth.invalidateSession(phone.device.sessionId)
    expect(await runDurableObjectAlarm(room)).toBe(true)
    expect(await phone.closed).toBe(4401)
    ada.send('still here')
    expect(await bob.next('message')).toMatchObject({ from: 'Ada' })
  })

  it('is detected by the alarm after hibernation', async () => {
    const [ada, bob] = await enter('Ada', 'Bob')
    await evictDurableObject(room)
    await auth.invalidateSession(ada.device.sessionId)
    expect(await runDurableObjectAlarm(room)).toBe(true)
    expect(await ada.closed).toBe(4401)
    bob.send('still here')
    expect(await bob.next('message')).toMatchObject({ from: 'Bob' })
  })

  it('is detected at its next message after hibernation', async () => {
    const [ada] = await enter('Ada')
    await stale()
    await evictDurableObject(room)
    await auth.invalidateSession(ada.device.sessionId)
    ada.send('let me in')
    expect(await ada.closed).toBe(4401)
  })

  it('is detected at sign-out after hibernation', async () => {
    const [ada] = await enter('Ada')
    await evictDurableObject(room)
    await ada.device.post('/sign-out')
    expect(await ada.closed).toBe(4401)
  })

  it('cannot write after it expired', async () => {
    const [ada] = await enter('Ada')
    const soon = Date.now() + 3000
    await expireSession(ada.device.sessionId, soon)
    await room.recheck('ada')
    expect(await attachments()).toMatchObject([{ mayWriteUntil: soon }])

    await expireSession(ada.device.sessionId, 1)
    await stale()
    ada.send('one more')
    expect(await ada.closed).toBe(4401)
  })
})

describe('the alarm', () => {
  it('is set as long as a socket is open', async () => {
    const [ada] = await enter('Ada')
    expect(await runDurableObjectAlarm(room)).toBe(true)
    expect(await runDurableObjectAlarm(room)).toBe(true)
    ada.close()
    await empty()
    await rest()
    expect(await runDurableObjectAlarm(room)).toBe(true)
    expect(await runDurableObjectAlarm(room)).toBe(false)
  })

  it('checks forty sockets at a time, the longest unchecked first', async () => {
    await enter('Ada')
    const tabs = (
      await Promise.all(Array.from({ length: 11 }, (_, n) => tabsOf(`Tab ${n}`, 4)))
    ).flat()
    await stale()
    const unchecked = async () =>
      (await attachments()).filter(({ mayWriteUntil }) => mayWriteUntil === 0).length
    await runDurableObjectAlarm(room)
    expect(await unchecked()).toBe(5)
    await runDurableObjectAlarm(room)
    expect(await unchecked()).toBe(0)
    for (const tab of tabs) tab.close()
  })
})

describe('P4: while the store is unavailable', () => {
  it('sockets stay open, unauthorized messages are not sent, and both work afterwards', async () => {
    const [ada, bob] = await enter('Ada', 'Bob')
    await stale()
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
    const repair = await breakStore()
    ada.send('hello?')
    expect(await ada.next('not-sent')).toEqual({ type: 'not-sent', text: 'hello?' })
    await runDurableObjectAlarm(room)
    await room.recheck('ada')
    expect((await ada.device.handshake()).status).toBe(503)
    expect((await ada.device.post('/sign-out')).status).toBe(503)
    expect(ada.device.cookie).not.toBe('')
    expect(await attachments()).toHaveLength(2)

    await repair()
    expect(logged).toHaveBeenCalledWith(
      expect.any(String),
      expect.objectContaining({ code: 'AUTH_STORE_UNAVAILABLE' }),
    )
    logged.mockRestore()
    ada.send('hello again')
    expect(await bob.next('message')).toMatchObject({ text: 'hello again' })
  })

  it('a revocation before the outage is detected after it', async () => {
    const [ada] = await enter('Ada')
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
    await auth.invalidateSession(ada.device.sessionId)
    const repair = await breakStore()
    await runDurableObjectAlarm(room)
    await repair()
    logged.mockRestore()
    await runDurableObjectAlarm(room)
    expect(await ada.closed).toBe(4401)
  })
})

describe('the limits', () => {
  const sizes: [what: string, message: string | Uint8Array, code: number][] = [
    ['501 characters', 'x'.repeat(501), 1009],
    ['501 spaces', ' '.repeat(501), 1009],
    ['251 emoji', '🚪'.repeat(251), 1009],
    ['a megabyte', 'x'.repeat(1_000_000), 1009],
    ['three bytes', new Uint8Array(3), 1003],
    ['zero bytes', new Uint8Array(0), 1003],
  ]
  it.each(sizes)('F: a message of %s closes only its own socket', async (_, message, code) => {
    const [ada, bob] = await enter('Ada', 'Bob')
    ada.send(message)
    expect(await ada.closed).toBe(code)
    bob.send('still here')
    expect(await bob.next('message')).toMatchObject({ from: 'Bob', text: 'still here' })
  })

  it.each(['x'.repeat(500), '🚪'.repeat(250)])('F: 500 characters are relayed', async (text) => {
    const [ada, bob] = await enter('Ada', 'Bob')
    ada.send(text)
    expect(await bob.next('message')).toMatchObject({ text })
  })

  /** Sends messages until one is rejected. */
  async function exhaust(line: Line): Promise<void> {
    // More than ten, because a part of the allowance can return during the test.
    for (let n = 0; n < 25; n++) line.send(`Quick ${n}`)
    await line.next('too-fast')
  }

  /** Stores a used-up allowance, so that the next message is too fast even in a slow test. */
  async function tire(userId: string): Promise<void> {
    await runInDurableObject(room, (_, { storage }) => {
      storage.kv.put<Pace>(`pace:${userId}`, { busyUntil: Number.MAX_SAFE_INTEGER, refused: 0 })
    })
  }

  it('F: a message that is too fast is returned to its author, and not sent to others', async () => {
    const [ada, bob] = await enter('Ada', 'Bob')
    // Nine at once, because the connection used one of ten.
    for (let n = 0; n < 9; n++) ada.send(`Quick ${n}`)
    for (let n = 0; n < 9; n++) {
      expect(await bob.next('message')).toMatchObject({ text: `Quick ${n}` })
    }
    await tire('ada')
    ada.send('Quick 9')
    expect(await ada.next('too-fast')).toEqual({ type: 'too-fast', text: 'Quick 9' })
    bob.send('calm')
    expect(await bob.next('message')).toMatchObject({ from: 'Bob' })
    await rest()
    ada.send('rested')
    expect(await bob.next('message')).toMatchObject({ from: 'Ada', text: 'rested' })
  })

  it('F: blank messages count', async () => {
    const [ada] = await enter('Ada')
    for (let n = 0; n < 25; n++) ada.send(' ')
    expect(await ada.next('too-fast')).toEqual({ type: 'too-fast', text: '' })
  })

  it('F: two pages of one user share one allowance', async () => {
    const [ada, tab, bob] = await enter('Ada', 'Ada', 'Bob')
    await exhaust(ada)
    await tire('ada')
    tab.send('me too')
    expect(await tab.next('too-fast')).toMatchObject({ text: 'me too' })
    bob.send('I have my own')
    let news: unknown
    do news = await bob.next('message')
    while ((news as { from: string }).from !== 'Bob')
  })

  it('F: a flood is disconnected, and a new connection does not renew the allowance', async () => {
    const [ada] = await enter('Ada')
    for (let n = 0; n < 100; n++) ada.send(`Flood ${n}`)
    expect(await ada.closed).toBe(4429)
    await tire('ada')
    const again = await ada.device.enter()
    expect(await again.closed).toBe(4429)
    await rest()
    const rested = await ada.device.enter()
    rested.send('sorry')
    expect(await rested.next('message')).toMatchObject({ text: 'sorry' })
    rested.close()
  })

  it('F: the allowance is not reset by hibernation', async () => {
    const [ada] = await enter('Ada')
    await tire('ada')
    await evictDurableObject(room)
    ada.send('fresh?')
    expect(await ada.next('too-fast')).toEqual({ type: 'too-fast', text: 'fresh?' })
    await rest()
    ada.send('awake')
    let news: unknown
    do news = await ada.next('message')
    while ((news as { text: string }).text !== 'awake')
  })

  it('F: one user can have five open pages, also after hibernation', async () => {
    await rest()
    const tabs = await tabsOf('Ada', 6)
    expect(await tabs[5]!.closed).toBe(4429)
    await evictDurableObject(room)
    expect(await (await tabsOf('Ada', 1))[0]!.closed).toBe(4429)
    const [bob] = await tabsOf('Bob', 1)
    await bob!.next('here')
    tabs[0]!.close()
    await vi.waitFor(async () => expect(await attachments()).toHaveLength(5), 20_000)
    const [next] = await tabsOf('Ada', 1)
    await next!.next('here')
    for (const tab of [...tabs, bob!, next!]) tab.close()
    await empty()
  })

  it('F: the room accepts a hundred pages, also after hibernation', async () => {
    await rest()
    const names = Array.from({ length: 20 }, (_, n) => `Guest ${n}`)
    const lines = (await Promise.all(names.map((name) => tabsOf(name, 5)))).flat()
    expect(await attachments()).toHaveLength(100)
    expect(await (await tabsOf('Late', 1))[0]!.closed).toBe(1013)
    await evictDurableObject(room)
    expect(await (await tabsOf('Late', 1))[0]!.closed).toBe(1013)
    expect(await attachments()).toHaveLength(100)
    for (const line of lines) line.close()
    await empty()
  })

  it('F: an idle room stores nothing and has no alarm', async () => {
    const [ada] = await enter('Ada')
    await exhaust(ada)
    ada.close()
    await empty()
    await runDurableObjectAlarm(room)
    expect(await stored()).toEqual({ alarm: true, keys: ['pace:ada'] })
    await rest()
    await runDurableObjectAlarm(room)
    expect(await stored()).toEqual({ alarm: false, keys: [] })
  })

  function stored(): Promise<{ alarm: boolean; keys: string[] }> {
    return runInDurableObject(room, async (_, { storage }) => ({
      alarm: (await storage.getAlarm()) !== null,
      keys: [...storage.kv.list()].map(([key]) => key),
    }))
  }
})

describe('pages of the server', () => {
  it.each(['', ' ', 'x'.repeat(31), 'a\u0000b'])(
    'F: the name %j is rejected, with the focus in the field',
    async (name) => {
      const response = await new Device().post('/sign-in', { name })
      const page = await response.text()
      expect(response.status).toBe(422)
      expect(page.match(/autofocus/g)).toHaveLength(1)
      expect(page).toMatch(
        /<input id="name"[^>]* aria-invalid="true"[^>]* aria-describedby="name-problem name-hint"|<input id="name"[^>]* aria-describedby="name-problem name-hint"[^>]* aria-invalid="true"/,
      )
      expect(page).toContain('id="name-problem">Enter a name of 1 to 30 visible characters')
      expect(page).toContain('role="alert"')
    },
  )

  it('F: markup in a rejected name is escaped', async () => {
    const name = '"><script>alert(1)</script> &quot; &amp;'
    const response = await new Device().post('/sign-in', { name })
    expect(response.status).toBe(422)
    const values: (string | null)[] = []
    const reader = new HTMLRewriter()
      .on('#name', { element: (input) => void values.push(input.getAttribute('value')) })
      .on('script', { element: () => void values.push('a script') })
    await reader.transform(response).text()
    // The raw attribute: quotes and ampersands are escaped.
    expect(values).toEqual(['&quot;><script>alert(1)</script> &amp;quot; &amp;amp;'])
  })

  it.each([5_000, 5_000_000])('F: a form of %i bytes is rejected', async (length) => {
    const response = await new Device().post('/sign-in', { name: 'x'.repeat(length) })
    expect(response.status).toBe(413)
  })

  it('F: the page for an unknown path shows the user’s name', async () => {
    const ada = await new Device().signIn('Ada')
    const response = await ada.get('/nowhere')
    const page = await response.text()
    expect(response.status).toBe(404)
    expect(page).toContain('<strong id="me">Ada</strong>')
    expect(page).toContain('<div id="account">')
    expect(response.headers.get('Content-Security-Policy')).toContain("default-src 'none'")
    const other = await (await new Device().get('/nowhere')).text()
    expect(other).toContain('<div id="account" hidden>')
  })

  it('F: GET /me reports a session that was revoked elsewhere', async () => {
    const ada = await new Device().signIn('Ada')
    expect(await (await new Device().get('/me')).json()).toEqual({ wasSignedOut: false })
    await auth.invalidateSession(ada.sessionId)
    const response = await ada.get('/me')
    expect(response.status).toBe(401)
    expect(await response.json()).toEqual({ wasSignedOut: true })
  })

  it('F: the cookie has a unique name', async () => {
    const { cookie } = await new Device().signIn('Ada')
    expect(cookie).toMatch(/^__Host-Http-chat=/)
  })

  it('F: an outage causes a 503 page, with the error’s code in the log', async () => {
    const ada = await new Device().signIn('Ada')
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
    const repair = await breakStore()
    const response = await ada.post('/sign-out')
    await repair()
    expect(response.status).toBe(503)
    expect(response.headers.get('Retry-After')).toBe('30')
    expect(await response.text()).toContain('you still are')
    expect(logged).toHaveBeenCalledWith(
      expect.stringMatching(/^AUTH_STORE_UNAVAILABLE: /),
      expect.anything(),
    )
    logged.mockRestore()
  })
})

describe('cross-site requests', () => {
  const paths = ['/sign-in', '/sign-out', '/sign-out-others', '/delete-account']
  it.each(paths)('P5: %s is refused', async (path) => {
    const ada = await new Device().signIn('Ada')
    const crossSite = { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' }
    const { status, headers } = await ada.post(path, { name: 'Eve' }, crossSite)
    expect(status).toBe(403)
    expect(headers.getSetCookie()).toEqual([])
    expect(await (await ada.get('/me')).json()).toEqual({ name: 'Ada' })
  })
})

/** Signs each name in on a new device and connects it to the empty room. */
async function enter<Names extends string[]>(...names: Names) {
  const lines: (Line & { device: Device })[] = []
  await rest()
  for (const name of names) {
    const device = await new Device().signIn(name)
    lines.push(Object.assign(await device.enter(), { device }))
  }
  onTestFinished(async () => {
    for (const line of lines) line.close()
    await empty()
  })
  return lines as { [Index in keyof Names]: Line & { device: Device } }
}

/** Signs a name in on one device and opens several pages. */
async function tabsOf(name: string, count: number): Promise<Line[]> {
  const device = await new Device().signIn(name)
  const lines: Line[] = []
  for (let tab = 0; tab < count; tab++) lines.push(await device.enter())
  return lines
}

/** Restores the whole allowance of all users. */
async function rest(): Promise<void> {
  await runInDurableObject(room, (_, { storage }) => {
    const paces = [...storage.kv.list<Pace>({ prefix: 'pace:' })]
    for (const [key, pace] of paces) {
      storage.kv.put(key, { ...pace, busyUntil: 0 })
    }
  })
}

interface Attachment {
  readonly sessionId: string
  readonly mayWriteUntil: number
}

/** The attachments of the open sockets. */
function attachments(): Promise<Attachment[]> {
  return runInDurableObject(room, (_, state) =>
    state
      .getWebSockets()
      .filter(({ readyState }) => readyState === WebSocket.OPEN)
      .map((socket) => socket.deserializeAttachment() as Attachment),
  )
}

/** Waits until all sockets are closed. */
async function empty(): Promise<void> {
  await vi.waitFor(async () => expect(await attachments()).toEqual([]), 20_000)
}

/** Makes the last session check of all sockets too old. */
async function stale(): Promise<void> {
  await runInDurableObject(room, (_, state) => {
    for (const socket of state.getWebSockets()) {
      const attachment = socket.deserializeAttachment() as Attachment
      socket.serializeAttachment({ ...attachment, mayWriteUntil: 0 })
    }
  })
}

/** Makes the database unavailable until the returned function is called. */
async function breakStore(): Promise<() => Promise<unknown>> {
  const session = vi.spyOn(env.DB, 'withSession').mockImplementation(() => {
    throw new Error('D1_ERROR: Network connection lost.')
  })
  const prepare = vi.spyOn(env.DB, 'prepare').mockImplementation(() => {
    throw new Error('D1_ERROR: Network connection lost.')
  })
  return async () => {
    session.mockRestore()
    prepare.mockRestore()
  }
}

/** Sets the expiry of a session. */
async function expireSession(sessionId: string, at: number): Promise<void> {
  const sql = 'UPDATE limen_session SET active_expires_at = ?1, idle_expires_at = ?1 WHERE id = ?2'
  await env.DB.prepare(sql).bind(at, sessionId).run()
}

async function userOf(name: string): Promise<{ userId: string }> {
  await new Device().signIn(name)
  return { userId: name.toLowerCase() }
}
