import '../test/migrated.ts'
import { env } from 'cloudflare:workers'
import { ageSession } from '@limen/testing'
import { d1Store } from '@limen/workers'
import { describe, expect, it } from 'vitest'
import { PASSPHRASE, Visitor } from '../test/visitor.ts'
import { deviceLabel } from './device.ts'
import { agoText } from './moment.tsx'

const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1'

const LAST_USED = /Last used<\/dt><dd>(?:<time[^>]*>)?([^<]+)</g

async function onAnotherDevice(name: string): Promise<Visitor> {
  const phone = new Visitor()
  phone.userAgent = IPHONE
  await phone.post('/sign-in', { name, passphrase: PASSPHRASE })
  return phone
}

async function isSignedIn(visitor: Visitor): Promise<boolean> {
  return (await (await visitor.get('/')).text()).includes('Signed in as')
}

describe('the list of devices', () => {
  it('shows each device by name and marks the current one', async () => {
    const laptop = await new Visitor().signUp('Ada')
    await onAnotherDevice('Ada')

    const items = (await (await laptop.get('/devices')).text()).match(/<li.*?<\/li>/gs) ?? []

    expect(items).toHaveLength(2)
    expect(items[0]).toContain('Firefox on Linux')
    expect(items[0]).toContain('This device')
    expect(items[1]).toContain('Safari on iPhone')
    expect(items[1]).not.toContain('This device')
  })

  it('shows when each device was last used, and renews the session once an hour', async () => {
    const laptop = await new Visitor().signUp('Renewed')
    const phone = await onAnotherDevice('Renewed')
    await ageSession(d1Store(env.DB), phone, { hours: 30 })
    const lastUsed = async (visitor: Visitor) =>
      [...(await (await visitor.get('/devices')).text()).matchAll(LAST_USED)].map(
        ([, text]) => text,
      )

    // The list is in order of sign-in.
    expect(await lastUsed(laptop)).toEqual(['1 day ago', 'Now'])
    expect(await lastUsed(phone)).toEqual(['Now', 'Within the last hour'])
    expect(await lastUsed(laptop)).toEqual(['Within the last hour', 'Now'])
  })

  it('signs out the device that signed in first when a user has more than five', async () => {
    const first = await new Visitor().signUp('Everywhere')
    const others: Visitor[] = []
    for (let device = 0; device < 4; device++) others.push(await onAnotherDevice('Everywhere'))
    expect(await isSignedIn(first)).toBe(true)

    others.push(await onAnotherDevice('Everywhere'))

    expect(await Promise.all([first, ...others].map(isSignedIn))).toEqual([
      false,
      ...others.map(() => true),
    ])
    expect(await (await others[0]!.get('/devices')).text()).toContain(
      'You can be signed in on 5 devices.',
    )
  })

  it('counts a device once that signs in again', async () => {
    const first = await new Visitor().signUp('Repeated')
    const phone = await onAnotherDevice('Repeated')
    for (let times = 0; times < 5; times++) {
      await phone.post('/sign-in', { name: 'Repeated', passphrase: PASSPHRASE })
    }

    expect(await isSignedIn(first)).toBe(true)
    const page = await (await first.get('/devices')).text()
    expect(page.match(/<dt>Last used/g)).toHaveLength(2)
  })

  it('signs one device out', async () => {
    const laptop = await new Visitor().signUp('Grace')
    const phone = await onAnotherDevice('Grace')

    const response = await laptop.post('/devices/sign-out', { session: phone.sessionId })

    expect(response.headers.get('Location')).toBe('/devices?done=one')
    expect(await isSignedIn(phone)).toBe(false)
    expect(await isSignedIn(laptop)).toBe(true)
  })

  it('[T43] signs all other devices out', async () => {
    const laptop = await new Visitor().signUp('Joan')
    const phones = [await onAnotherDevice('Joan'), await onAnotherDevice('Joan')]

    await laptop.post('/devices/sign-out-others', {})

    expect(await Promise.all([laptop, ...phones].map(isSignedIn))).toEqual([true, false, false])
  })

  it('deletes the cookie when it signs the current device out', async () => {
    const laptop = await new Visitor().signUp('Edsger')

    const response = await laptop.post('/devices/sign-out', { session: laptop.sessionId })

    expect(response.headers.get('Location')).toBe('/?done=signed-out')
    expect(laptop.cookie).toBeNull()
  })

  it('[T42] does not sign out devices of other users', async () => {
    const victim = await new Visitor().signUp('Victim')
    const mallory = await new Visitor().signUp('Mallory')

    const responses = [
      await mallory.post('/devices/sign-out', { session: victim.sessionId }),
      await mallory.post('/devices/sign-out', { session: 'x' }),
      await mallory.post('/devices/sign-out', {}),
    ]

    expect(responses.map(({ status }) => status)).toEqual([404, 404, 404])
    expect(await isSignedIn(victim)).toBe(true)
  })

  it('asks an anonymous visitor to sign in', async () => {
    const visitor = new Visitor()

    expect((await visitor.get('/devices')).headers.get('Location')).toBe('/sign-in?next=%2Fdevices')
    expect((await visitor.post('/devices/sign-out-others', {})).status).toBe(401)
  })
})

const HOUR = 3_600_000
const ages: [ms: number, text: string][] = [
  [-1, 'Within the last hour'],
  [HOUR - 1, 'Within the last hour'],
  [HOUR, '1 hour ago'],
  [24 * HOUR - 1, '23 hours ago'],
  [24 * HOUR, '1 day ago'],
  [15 * 24 * HOUR, '15 days ago'],
]
it.each(ages)('agoText() of %i milliseconds is %j', (ms, text) => {
  expect(agoText(new Date(0), ms)).toBe(text)
})

const labels: [label: string, userAgent: string | undefined][] = [
  ['Safari on iPhone', IPHONE],
  [
    'Chrome on Windows',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36',
  ],
  [
    'Edge on Windows',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36 Edg/150.0.0.0',
  ],
  [
    'Chrome on Android',
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36',
  ],
  [
    'Safari on macOS',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
  ],
  ['A browser', 'curl/8.14.1'],
  ['A browser', '<script>'],
  ['A browser', undefined],
  ['Safari', 'Version/4.0 Safari/534.30'],
  ['A browser', 'Version/4.0'],
  ['Chrome', `Chrome/150 ${'Version/'.repeat(100_000)}`],
]
it.each(labels)('deviceLabel() returns %j', (label, userAgent) => {
  expect(deviceLabel(userAgent)).toBe(label)
})

// The time limit of the test is the check: a quadratic search would take half a minute.
it.each(['Version/', 'Version/ ', 'Safari/ Version/', 'Chrom', 'iPhon', ' ', '\\'])(
  'F: deviceLabel() reads half a megabyte of %j in linear time',
  (part) => {
    const label = deviceLabel(part.repeat(500_000 / part.length))

    expect(label.length).toBeLessThan(40)
  },
)
