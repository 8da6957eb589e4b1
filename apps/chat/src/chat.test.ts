import {
  applyD1Migrations,
  evictDurableObject,
  runDurableObjectAlarm,
  runInDurableObject,
} from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { CHAT, Device, type Line } from '../test/visitor.ts'
import { authFor } from './auth.ts'
import type { Pace } from './pace.ts'

await applyD1Migrations(env.DB, env.MIGRATIONS)

const auth = authFor(env)
const room = env.ROOM.getByName('lobby')

describe('signing in', () => {
  it('as somebody else fails where the former session cannot be ended, and sets no cookie', async () => {
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

describe('the handshake', () => {
  const cases: [origin: string | null, status: number, because: string][] = [
    [CHAT, 101, 'a page of the chat opened it'],
    [null, 403, 'a browser always says where a WebSocket comes from'],
    ['null', 403, 'a sandboxed frame is nobody'],
    ['https://evil.example', 403, 'another site sends the cookie along'],
    ['http://evil.localhost:8788', 403, 'a sibling is not us, though SameSite says so'],
    ['http://localhost:8787', 403, 'another port is another program'],
    ['https://localhost:8788', 403, 'another scheme is another origin'],
  ]
  it.each(cases)('from %s: %i, because %s', async (origin, status) => {
    const ada = await new Device().signIn('Ada')
    const response = await ada.handshake(origin)
    expect(response.status).toBe(status)
    response.webSocket?.accept()
    response.webSocket?.close()
  })

  it('is 401 for somebody who is not signed in', async () => {
    expect((await new Device().handshake()).status).toBe(401)
    expect((await new Device().get('/me')).status).toBe(401)
  })

  it('P3: the room keeps the session’s id and no token', async () => {
    const ada = await new Device().signIn('Ada')
    const line = await ada.enter()
    const kept = await attachments()
    expect(kept.map(({ sessionId }) => sessionId)).toContain(ada.sessionId)
    const secret = ada.cookie.split('.')[1]!
    expect(secret).toHaveLength(43)
    expect(JSON.stringify(kept)).not.toContain(secret)
    line.hangUp()
  })

  it('P1: closes a socket whose session ended between the Worker’s look and the room’s', async () => {
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

describe('in the room', () => {
  it('tells everybody what one of them says, in order', async () => {
    const [ada, bob] = await enter('Ada', 'Bob')
    await stale()
    for (const text of ['one', ' two ', '', 'three']) ada.say(text)
    for (const text of ['one', 'two', 'three']) {
      expect(await bob.next('message')).toEqual({ type: 'message', from: 'Ada', text })
      expect(await ada.next('message')).toMatchObject({ text })
    }
  })

  it('tells them in order, though the first had to be asked about and the second had not', async () => {
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

  it('tells who is there, each name once, and who is still there', async () => {
    const [ada, tab, bob] = await enter('Ada', 'Ada', 'Bob')
    expect(await bob.next('here')).toEqual({ type: 'here', names: ['Ada', 'Bob'] })
    tab.hangUp()
    expect(await bob.next('here')).toEqual({ type: 'here', names: ['Ada', 'Bob'] })
    ada.hangUp()
    expect(await bob.next('here')).toEqual({ type: 'here', names: ['Bob'] })
  })

  it('asks the store once in a while, not at each message', async () => {
    const [ada] = await enter('Ada')
    const before = await attachments()
    ada.say('one')
    await ada.next('message')
    expect(await attachments()).toEqual(before)
    await stale()
    ada.say('two')
    await ada.next('message')
    expect((await attachments())[0]!.mayWriteUntil).toBeGreaterThan(0)
  })
})

describe('P1: a session that is over', () => {
  it('closes its socket at sign-out, at once', async () => {
    const [ada, bob] = await enter('Ada', 'Bob')
    expect((await ada.device.post('/sign-out')).status).toBe(303)
    expect(await ada.closed).toBe(4401)
    expect(await ada.device.handshake()).toHaveProperty('status', 401)
    bob.say('still here')
    await bob.next('message')
  })

  it('closes the other device when that is signed out, and no more', async () => {
    const [laptop, phone, bob] = await enter('Ada', 'Ada', 'Bob')
    expect((await laptop.device.post('/sign-out-others')).status).toBe(303)
    expect(await phone.closed).toBe(4401)
    for (const line of [laptop, bob]) {
      line.say('still here')
      await line.next('message')
    }
  })

  it('closes the socket when the same browser signs in under another name', async () => {
    const [line] = await enter('Ada')
    await line.device.signIn('Bob')
    expect(await line.closed).toBe(4401)
  })

  it('cannot write, where nobody told the room', async () => {
    const [ada, bob] = await enter('Ada', 'Bob')
    await auth.invalidateSession(ada.device.sessionId)
    await stale()
    ada.say('let me in')
    expect(await ada.closed).toBe(4401)
    bob.say('what was that?')
    expect(await bob.next('message')).toMatchObject({ text: 'what was that?' })
  })

  it('cannot write with what was on its way when its socket was closed', async () => {
    const [ada, bob] = await enter('Ada', 'Bob')
    await auth.invalidateSession(ada.device.sessionId)
    await runInDurableObject(room, async (instance, state) => {
      const [socket] = state.getWebSockets('ada')
      await instance.recheck('ada')
      await instance.webSocketMessage(socket!, 'one more')
    })
    bob.say('bye')
    expect(await bob.next('message')).toMatchObject({ from: 'Bob' })
  })

  it('does not read on, where nobody told the room and nobody writes', async () => {
    const [ada, phone, bob] = await enter('Ada', 'Ada', 'Bob')
    await auth.invalidateSession(phone.device.sessionId)
    expect(await runDurableObjectAlarm(room)).toBe(true)
    expect(await phone.closed).toBe(4401)
    ada.say('still here')
    expect(await bob.next('message')).toMatchObject({ from: 'Ada' })
  })

  it('is found after the room slept, by the next alarm', async () => {
    const [ada, bob] = await enter('Ada', 'Bob')
    await evictDurableObject(room)
    await auth.invalidateSession(ada.device.sessionId)
    expect(await runDurableObjectAlarm(room)).toBe(true)
    expect(await ada.closed).toBe(4401)
    bob.say('still here')
    expect(await bob.next('message')).toMatchObject({ from: 'Bob' })
  })

  it('is found after the room slept, by its next message', async () => {
    const [ada] = await enter('Ada')
    await stale()
    await evictDurableObject(room)
    await auth.invalidateSession(ada.device.sessionId)
    ada.say('let me in')
    expect(await ada.closed).toBe(4401)
  })

  it('is found after the room slept, at sign-out', async () => {
    const [ada] = await enter('Ada')
    await evictDurableObject(room)
    await ada.device.post('/sign-out')
    expect(await ada.closed).toBe(4401)
  })

  it('ends by itself, and no message passes after that', async () => {
    const [ada] = await enter('Ada')
    const soon = Date.now() + 3000
    await endSession(ada.device.sessionId, soon)
    await room.recheck('ada')
    expect(await attachments()).toMatchObject([{ mayWriteUntil: soon }])

    await endSession(ada.device.sessionId, 1)
    await stale()
    ada.say('one more')
    expect(await ada.closed).toBe(4401)
  })
})

describe('the alarm', () => {
  it('wakes the room as long as somebody is in it', async () => {
    const [ada] = await enter('Ada')
    expect(await runDurableObjectAlarm(room)).toBe(true)
    expect(await runDurableObjectAlarm(room)).toBe(true)
    ada.hangUp()
    await empty()
    await rest()
    expect(await runDurableObjectAlarm(room)).toBe(true)
    expect(await runDurableObjectAlarm(room)).toBe(false)
  })

  it('asks about forty sockets at a time, the longest unchecked first', async () => {
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
    for (const tab of tabs) tab.hangUp()
  })
})

describe('P4: while the store does not answer', () => {
  it('nobody is closed, what cannot be authorised is not sent, and it goes on afterwards', async () => {
    const [ada, bob] = await enter('Ada', 'Bob')
    await stale()
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
    const repair = await breakStore()
    ada.say('hello?')
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
    ada.say('hello again')
    expect(await bob.next('message')).toMatchObject({ text: 'hello again' })
  })

  it('a revocation before the outage is found after it', async () => {
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

describe('the limits of the room', () => {
  const sizes: [what: string, message: string | Uint8Array, code: number][] = [
    ['501 characters', 'x'.repeat(501), 1009],
    ['501 spaces', ' '.repeat(501), 1009],
    ['251 emoji', '🚪'.repeat(251), 1009],
    ['a megabyte', 'x'.repeat(1_000_000), 1009],
    ['three bytes', new Uint8Array(3), 1003],
    ['no byte', new Uint8Array(0), 1003],
  ]
  it.each(sizes)(
    'F: a message of %s closes its own socket and no other',
    async (_, message, code) => {
      const [ada, bob] = await enter('Ada', 'Bob')
      ada.say(message)
      expect(await ada.closed).toBe(code)
      bob.say('still here')
      expect(await bob.next('message')).toMatchObject({ from: 'Bob', text: 'still here' })
    },
  )

  it.each(['x'.repeat(500), '🚪'.repeat(250)])('F: 500 characters are relayed', async (text) => {
    const [ada, bob] = await enter('Ada', 'Bob')
    ada.say(text)
    expect(await bob.next('message')).toMatchObject({ text })
  })

  /** Sends until one message is refused. */
  async function exhaust(line: Line): Promise<void> {
    // More than ten, as some of the allowance may come back meanwhile.
    for (let n = 0; n < 25; n++) line.say(`Quick ${n}`)
    await line.next('too-fast')
  }

  /** Stores that the allowance is used up: the next message is too fast, however slow the test is. */
  async function tire(userId: string): Promise<void> {
    await runInDurableObject(room, (_, { storage }) => {
      storage.kv.put<Pace>(`pace:${userId}`, { busyUntil: Number.MAX_SAFE_INTEGER, refused: 0 })
    })
  }

  it('F: who writes too fast gets the words back, and nobody else sees them', async () => {
    const [ada, bob] = await enter('Ada', 'Bob')
    // Nine at once, because the connection took one of ten.
    for (let n = 0; n < 9; n++) ada.say(`Quick ${n}`)
    for (let n = 0; n < 9; n++) {
      expect(await bob.next('message')).toMatchObject({ text: `Quick ${n}` })
    }
    await tire('ada')
    ada.say('Quick 9')
    expect(await ada.next('too-fast')).toEqual({ type: 'too-fast', text: 'Quick 9' })
    bob.say('calm')
    expect(await bob.next('message')).toMatchObject({ from: 'Bob' })
    await rest()
    ada.say('rested')
    expect(await bob.next('message')).toMatchObject({ from: 'Ada', text: 'rested' })
  })

  it('F: blank messages count too', async () => {
    const [ada] = await enter('Ada')
    for (let n = 0; n < 25; n++) ada.say(' ')
    expect(await ada.next('too-fast')).toEqual({ type: 'too-fast', text: '' })
  })

  it('F: two pages of one user share one allowance', async () => {
    const [ada, tab, bob] = await enter('Ada', 'Ada', 'Bob')
    await exhaust(ada)
    await tire('ada')
    tab.say('me too')
    expect(await tab.next('too-fast')).toMatchObject({ text: 'me too' })
    bob.say('I have my own')
    let news: unknown
    do news = await bob.next('message')
    while ((news as { from: string }).from !== 'Bob')
  })

  it('F: a flood is disconnected, and a new connection does not renew the allowance', async () => {
    const [ada] = await enter('Ada')
    for (let n = 0; n < 100; n++) ada.say(`Flood ${n}`)
    expect(await ada.closed).toBe(4429)
    await tire('ada')
    const again = await ada.device.enter()
    expect(await again.closed).toBe(4429)
    await rest()
    const rested = await ada.device.enter()
    rested.say('sorry')
    expect(await rested.next('message')).toMatchObject({ text: 'sorry' })
    rested.hangUp()
  })

  it('F: the allowance survives the sleep of the room', async () => {
    const [ada] = await enter('Ada')
    await tire('ada')
    await evictDurableObject(room)
    ada.say('fresh?')
    expect(await ada.next('too-fast')).toEqual({ type: 'too-fast', text: 'fresh?' })
    await rest()
    ada.say('awake')
    let news: unknown
    do news = await ada.next('message')
    while ((news as { text: string }).text !== 'awake')
  })

  it('F: one user has five open pages, also after the room slept', async () => {
    await rest()
    const tabs = await tabsOf('Ada', 6)
    expect(await tabs[5]!.closed).toBe(4429)
    await evictDurableObject(room)
    expect(await (await tabsOf('Ada', 1))[0]!.closed).toBe(4429)
    const [bob] = await tabsOf('Bob', 1)
    await bob!.next('here')
    tabs[0]!.hangUp()
    await vi.waitFor(async () => expect(await attachments()).toHaveLength(5), 20_000)
    const [next] = await tabsOf('Ada', 1)
    await next!.next('here')
    for (const tab of [...tabs, bob!, next!]) tab.hangUp()
    await empty()
  })

  it('F: a hundred pages fill the room, also after it slept', async () => {
    await rest()
    const names = Array.from({ length: 20 }, (_, n) => `Guest ${n}`)
    const lines = (await Promise.all(names.map((name) => tabsOf(name, 5)))).flat()
    expect(await attachments()).toHaveLength(100)
    expect(await (await tabsOf('Late', 1))[0]!.closed).toBe(1013)
    await evictDurableObject(room)
    expect(await (await tabsOf('Late', 1))[0]!.closed).toBe(1013)
    expect(await attachments()).toHaveLength(100)
    for (const line of lines) line.hangUp()
    await empty()
  })

  it('F: an idle room stores nothing and has no alarm', async () => {
    const [ada] = await enter('Ada')
    await exhaust(ada)
    ada.hangUp()
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

describe('the pages that the server makes', () => {
  it.each(['', ' ', 'x'.repeat(31), 'a\u0000b'])(
    'F: a name such as %j gives the form back, with the focus in the field',
    async (name) => {
      const response = await new Device().post('/sign-in', { name })
      const page = await response.text()
      expect(response.status).toBe(422)
      expect(page.match(/autofocus/g)).toHaveLength(1)
      expect(page).toMatch(
        /<input id="name"[^>]* aria-invalid="true"[^>]* aria-describedby="name-problem name-hint"|<input id="name"[^>]* aria-describedby="name-problem name-hint"[^>]* aria-invalid="true"/,
      )
      expect(page).toContain('id="name-problem">Give a name of 1 to 30 characters')
      expect(page).toContain('role="alert"')
    },
  )

  it('F: markup in a refused name is text', async () => {
    const name = '"><script>alert(1)</script> &quot; &amp;'
    const response = await new Device().post('/sign-in', { name })
    expect(response.status).toBe(422)
    const values: (string | null)[] = []
    const reader = new HTMLRewriter()
      .on('input', { element: (input) => void values.push(input.getAttribute('value')) })
      .on('script', { element: () => void values.push('a script') })
    await reader.transform(response).text()
    // As it stands in the source: quotes and ampersands are escaped, and no attribute ends early.
    expect(values).toEqual(['&quot;><script>alert(1)</script> &amp;quot; &amp;amp;'])
  })

  it.each([5_000, 5_000_000])('F: a form of %i bytes is refused', async (length) => {
    const response = await new Device().post('/sign-in', { name: 'x'.repeat(length) })
    expect(response.status).toBe(413)
  })

  it('F: a page that is not there shows who is signed in', async () => {
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

  it('F: a session that was ended elsewhere is reported as such, and no session is not', async () => {
    const ada = await new Device().signIn('Ada')
    expect(await (await new Device().get('/me')).json()).toEqual({ wasSignedOut: false })
    await auth.invalidateSession(ada.sessionId)
    const response = await ada.get('/me')
    expect(response.status).toBe(401)
    expect(await response.json()).toEqual({ wasSignedOut: true })
  })

  it('F: the cookie has a name of its own', async () => {
    const { cookie } = await new Device().signIn('Ada')
    expect(cookie).toMatch(/^__Host-Http-chat=/)
  })

  it('F: an outage is a page with 503, and its code is in the log', async () => {
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

describe('what other sites send', () => {
  it.each(['/sign-in', '/sign-out', '/sign-out-others'])('P5: %s is refused', async (path) => {
    const ada = await new Device().signIn('Ada')
    const foreign = { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' }
    const { status, headers } = await ada.post(path, { name: 'Eve' }, foreign)
    expect(status).toBe(403)
    expect(headers.getSetCookie()).toEqual([])
    expect(await (await ada.get('/me')).json()).toEqual({ name: 'Ada' })
  })
})

/** Signs each name in on a device of its own, and lets it in, when the room is empty. */
async function enter<Names extends string[]>(...names: Names) {
  const lines: (Line & { device: Device })[] = []
  await rest()
  for (const name of names) {
    const device = await new Device().signIn(name)
    lines.push(Object.assign(await device.enter(), { device }))
  }
  onTestFinished(async () => {
    for (const line of lines) line.hangUp()
    await empty()
  })
  return lines as { [Index in keyof Names]: Line & { device: Device } }
}

/** Signs a name in on one device, and opens several pages there. */
async function tabsOf(name: string, count: number): Promise<Line[]> {
  const device = await new Device().signIn(name)
  const lines: Line[] = []
  for (let tab = 0; tab < count; tab++) lines.push(await device.enter())
  return lines
}

/** Lets the time pass after which everybody may send as much as at first. */
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

/** What the room remembers of its open sockets. */
function attachments(): Promise<Attachment[]> {
  return runInDurableObject(room, (_, state) =>
    state
      .getWebSockets()
      .filter(({ readyState }) => readyState === WebSocket.OPEN)
      .map((socket) => socket.deserializeAttachment() as Attachment),
  )
}

/** Resolves when everybody has left. */
async function empty(): Promise<void> {
  await vi.waitFor(async () => expect(await attachments()).toEqual([]), 20_000)
}

/** Lets the time pass that one answer of the store is good for. */
async function stale(): Promise<void> {
  await runInDurableObject(room, (_, state) => {
    for (const socket of state.getWebSockets()) {
      const attachment = socket.deserializeAttachment() as Attachment
      socket.serializeAttachment({ ...attachment, mayWriteUntil: 0 })
    }
  })
}

/** Cuts the Worker and the object off from the database, until it is told to join them again. */
async function breakStore(): Promise<() => Promise<unknown>> {
  const cut = vi.spyOn(env.DB, 'withSession').mockImplementation(() => {
    throw new Error('D1_ERROR: Network connection lost.')
  })
  const cutToo = vi.spyOn(env.DB, 'prepare').mockImplementation(() => {
    throw new Error('D1_ERROR: Network connection lost.')
  })
  return async () => {
    cut.mockRestore()
    cutToo.mockRestore()
  }
}

/** Moves the end of a session's life. */
async function endSession(sessionId: string, at: number): Promise<void> {
  const sql = 'UPDATE limen_session SET active_expires_at = ?1, idle_expires_at = ?1 WHERE id = ?2'
  await env.DB.prepare(sql).bind(at, sessionId).run()
}

async function userOf(name: string): Promise<{ userId: string }> {
  await new Device().signIn(name)
  return { userId: name.toLowerCase() }
}
