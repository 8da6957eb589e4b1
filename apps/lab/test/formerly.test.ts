import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { callConfigured, connect, openPage, sites } from './lab.ts'

/** The attributes that make two cookies of a host different. */
interface Form {
  readonly name?: string
  readonly domain?: string
  readonly path?: string
  readonly partitioned?: boolean
}

const [site] = sites()
let browser: Browser
let profile: BrowserContext
let page: Page

beforeAll(async () => {
  browser = await connect()
  profile = await browser.newContext()
  page = await openPage(profile, site.app)
})
beforeEach(() => profile.clearCookies())
afterAll(() => browser.close())

/** A version of the app: the form of its cookie, and the former forms. */
const version = ({ name, ...attributes }: Form, formerly: readonly Form[] = []) => ({
  sessionCookie: { ...(name && { name }), attributes, formerly },
})
type Version = ReturnType<typeof version>

const userOf = async (config: Version) => (await callConfigured(page, 'GET', config))!.user
const signOut = (config: Version) => callConfigured(page, 'DELETE', config)
async function signIn(config: Version): Promise<string | null> {
  await callConfigured(page, 'POST', config)
  return userOf(config)
}
const cookies = async () => (await profile.cookies()).map(({ name, path }) => name + path)

type Change = [what: string, one: Form, other: Form]
const changes: Change[] = [
  ['domain, with default names', { domain: 'limen.test' }, {}],
  ['domain, under one name', { name: 'sid', domain: 'limen.test' }, { name: 'sid' }],
  ['path, with default names', { path: '/configured' }, {}],
  ['path, under one name', { name: 'sid', path: '/configured' }, { name: 'sid' }],
  ['partitioned, with default names', { partitioned: true }, {}],
  [
    'partitioned, under one name',
    { name: '__Host-sid', partitioned: true },
    { name: '__Host-sid' },
  ],
  ['name', { name: 'sid' }, { name: 'session-2' }],
  ['name and domain', { name: 'sid', domain: 'limen.test' }, {}],
]
const both = changes.flatMap<Change>(([what, one, other]) => [
  [`${what}: forward`, one, other],
  [`${what}: back`, other, one],
])

describe.each(both)('C1, C2: a deploy changes the cookie’s %s', (_, old, young) => {
  const before = version(old, [young])
  const after = version(young, [old])

  it('a visitor stays signed in', async () => {
    const ada = await signIn(before)
    expect(ada).not.toBeNull()
    expect(await userOf(after)).toBe(ada)
    expect(await userOf(before), 'after a rollback').toBe(ada)
  })

  it('sign-out deletes both cookies', async () => {
    await signIn(before)
    await signOut(after)
    expect(await cookies()).toEqual([])
    expect(await userOf(after)).toBeNull()
    expect(await userOf(before), 'after a rollback').toBeNull()
  })

  it('another user’s sign-in leaves one cookie', async () => {
    const ada = await signIn(before)
    const bob = await signIn(after)
    expect(bob).not.toBeNull()
    expect(bob).not.toBe(ada)
    expect(await cookies()).toHaveLength(1)
    expect(await userOf(before), 'after a rollback').toBe(bob)
    const eve = await signIn(before)
    expect(await cookies()).toHaveLength(1)
    expect(await userOf(after), 'forward again').toBe(eve)
    await signOut(before)
    expect(await cookies()).toEqual([])
  })
})

it('C1: without the list, a second sign-in resolves what a changed domain made ambiguous', async () => {
  const hostOnly = version({ name: 'sid' })
  const domain = version({ name: 'sid', domain: 'limen.test' })
  await signIn(hostOnly)
  expect(await signIn(domain), 'two cookies of one name').toBeNull()
  expect(await signIn(domain)).not.toBeNull()
  expect(await cookies()).toHaveLength(1)
})
