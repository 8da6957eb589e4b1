import '../test/migrated.ts'
import { env } from 'cloudflare:workers'
import { ageSession } from '@limen/testing'
import { d1Store } from '@limen/workers'
import { describe, expect, it } from 'vitest'
import { PASSPHRASE, Visitor, sessionCookies } from '../test/visitor.ts'
import { authFor } from './auth.ts'

const NEW = 'another long passphrase'

/** Signs in on a new device, and returns the status. */
async function signInWith(name: string, passphrase: string): Promise<number> {
  return (await new Visitor().post('/sign-in', { name, passphrase })).status
}

/** Signs up, six minutes ago. */
async function signedUpEarlier(name: string): Promise<Visitor> {
  const visitor = await new Visitor().signUp(name)
  await ageSession(d1Store(env.DB), visitor, { minutes: 6 })
  return visitor
}

describe('the passphrase', () => {
  it('is changed, and other devices are signed out', async () => {
    const laptop = await new Visitor().signUp('Ada')
    const phone = new Visitor()
    await phone.post('/sign-in', { name: 'Ada', passphrase: PASSPHRASE })
    const { cookie, sessionId } = laptop

    const response = await laptop.post('/passphrase', { passphrase: NEW })

    expect(response.headers.get('Location')).toBe('/devices?done=passphrase')
    expect(await authFor(env).getSession(phone.sessionId)).toBeNull()
    expect(await authFor(env).getSession(sessionId)).toBeNull()
    expect(laptop.cookie).not.toBe(cookie)
    const page = await (await laptop.get('/devices?done=passphrase')).text()
    expect(page).toContain('Your passphrase is changed. All other devices are signed out.')
    expect(page.match(/This device/g)).toHaveLength(1)
    expect(await signInWith('Ada', PASSPHRASE)).toBe(401)
    expect(await signInWith('Ada', NEW)).toBe(303)
  })

  it('is not changed to one that is too short', async () => {
    const visitor = await new Visitor().signUp('Grace')

    const response = await visitor.post('/passphrase', { passphrase: 'short' })

    expect(response.status).toBe(422)
    expect(await response.text()).toContain('Use at least 8 characters.')
    expect(await signInWith('Grace', PASSPHRASE)).toBe(303)
  })

  it('cannot be changed by an anonymous visitor', async () => {
    const response = await new Visitor().post('/passphrase', { passphrase: NEW })

    expect(response.status).toBe(401)
    expect(await response.text()).toContain('Therefore your passphrase was not changed.')
  })

  it('is not changed five minutes after sign-in', async () => {
    const visitor = await signedUpEarlier('Joan')

    const page = await visitor.get('/passphrase')
    const form = await visitor.post('/passphrase', { passphrase: NEW })

    expect(page.headers.get('Location')).toBe('/confirm?next=%2Fpassphrase')
    expect(form.status).toBe(401)
    expect(await form.text()).toContain('Too late: your passphrase was not changed.')
    expect(await signInWith('Joan', PASSPHRASE)).toBe(303)
  })
})

describe('the confirmation', () => {
  it('[T31] replaces the session and returns to the page', async () => {
    const visitor = await signedUpEarlier('Edsger')
    const { cookie, sessionId } = visitor

    const response = await visitor.post('/confirm', { passphrase: PASSPHRASE, next: '/passphrase' })

    expect(response.headers.get('Location')).toBe('/passphrase')
    expect(sessionCookies(response)).toHaveLength(1)
    expect(visitor.cookie).not.toBe(cookie)
    expect(await authFor(env).getSession(sessionId)).toBeNull()
    expect((await visitor.get('/passphrase')).status).toBe(200)
    expect((await visitor.post('/passphrase', { passphrase: NEW })).status).toBe(303)
  })

  it('keeps the device’s name and “Stay signed in”', async () => {
    const visitor = new Visitor()
    await visitor.post('/sign-up', { name: 'Kept', passphrase: PASSPHRASE, remember: 'on' })

    const response = await visitor.post('/confirm', { passphrase: PASSPHRASE })

    expect(response.headers.get('Set-Cookie')).toContain('Max-Age=1299600')
    expect(await (await visitor.get('/devices')).text()).toContain('Firefox on Linux')
  })

  const refused: [passphrase: string, status: number, text: string][] = [
    ['', 422, 'Enter your passphrase.'],
    ['not this one', 401, 'This is not your passphrase.'],
  ]
  it.each(refused)('with %j changes nothing', async (passphrase, status, text) => {
    const visitor = await signedUpEarlier(`Refused ${status}`)
    const { cookie } = visitor

    const response = await visitor.post('/confirm', { passphrase, next: '/passphrase' })

    expect(response.status).toBe(status)
    const page = await response.text()
    expect(page).toContain(text)
    expect(page).toContain('name="next" value="/passphrase"')
    expect(visitor.cookie).toBe(cookie)
    expect((await visitor.get('/passphrase')).status).toBe(303)
  })

  it('limits attempts', async () => {
    const visitor = await signedUpEarlier('Guessed')
    const statuses: number[] = []
    for (let turn = 0; turn < 17 && !statuses.includes(429); turn++) {
      statuses.push((await visitor.post('/confirm', { passphrase: 'x'.repeat(201) })).status)
    }

    expect(statuses).toContain(429)
  })

  it('does not lead to another site', async () => {
    const visitor = await new Visitor().signUp('Straight')
    const fields = { passphrase: PASSPHRASE, next: '//evil.example' }

    expect((await visitor.post('/confirm', fields)).headers.get('Location')).toBe('/')
  })

  it('sent twice at once, replaces the session once', async () => {
    const visitor = await signedUpEarlier('Twice')
    const fields = { passphrase: PASSPHRASE, next: '/passphrase' }

    const responses = await Promise.all([1, 2].map(() => visitor.post('/confirm', fields)))

    const locations = new Set(responses.map(({ headers }) => headers.get('Location')))
    expect(locations).toEqual(new Set(['/passphrase', '/sign-in?reason=signed-out']))
    // The browser has the new cookie.
    expect((await visitor.get('/sign-in?reason=signed-out')).headers.get('Location')).toBe('/')
    expect((await visitor.get('/passphrase')).status).toBe(200)
  })
})
