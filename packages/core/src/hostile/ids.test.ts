/** A2, A3: an id that is not a well-formed string without NUL matches no user and no session. */
import { describe, expect, it } from 'vitest'
import { routeOf } from '@limen/core/store-kit'
import { type AppSession, type AppUser, createApp } from '../../test/app.ts'
import { routedStore } from '../../test/routed-store.ts'
import { memoryStore } from '../memory-store.ts'

const code = (expected: string) =>
  expect.objectContaining({ name: 'AuthError', code: expected }) as Error

const noText: [what: string, id: unknown][] = [
  ['0', 0],
  ['7', 7],
  ['-0', -0],
  ['NaN', Number.NaN],
  ['10n', 10n],
  ['false', false],
  ['true', true],
  ['null', null],
  ['undefined', undefined],
  ['["ada"]', ['ada']],
  ['[]', []],
  ['{}', {}],
  ['a boxed string', new String('ada')],
  ['{ text, parts }', { text: ["'ada'"], parts: [] }],
  ['{ toString }', { toString: () => 'ada' }],
  ['an object without prototype', Object.create(null)],
  ['a symbol', Symbol('ada')],
  ['a function', () => 'ada'],
  ['a Date', new Date(0)],
  ['a promise', Promise.resolve('ada')],
  ['a high surrogate alone', '\ud800'],
  ['a low surrogate alone', 'ada\udc01'],
  ['a NUL', '\0'],
  ['a NUL at the end', 'ada\0'],
]
const text: string[] = [
  '',
  ' ',
  'null',
  '0',
  "' or 1=1 --",
  '👩‍👧',
  '%',
  '__proto__',
  'a'.repeat(10_000),
]

describe('A2: a user id', () => {
  it.each(noText)('%s matches no user, and reaches no store', async (_, id) => {
    const { auth, calls, signIn } = createApp()
    const { user } = await signIn()
    await auth.createUser({ userId: 'ada', attributes: { name: 'Ada' } })
    calls.length = 0
    const userId = id as string
    const refused = code('AUTH_INVALID_USER_ID')

    expect(await auth.getUser(userId)).toBeNull()
    expect(await auth.getAllUserSessions(userId)).toEqual([])
    const attributes = { device: 'Phone' }
    await expect(auth.createSession({ userId, attributes })).rejects.toThrow(refused)
    await expect(auth.updateUserAttributes(userId, { name: 'x' })).rejects.toThrow(refused)
    await expect(auth.invalidateAllUserSessions(userId)).rejects.toThrow(refused)
    await expect(auth.deleteUser(userId)).rejects.toThrow(refused)
    if (id !== undefined) {
      const creating = auth.createUser({ userId, attributes: { name: 'x' } })
      await expect(creating).rejects.toThrow(refused)
    }
    expect(calls).toEqual([])
    expect(await auth.getUser('ada')).not.toBeNull()
    expect(await auth.getAllUserSessions(user.userId)).toHaveLength(1)
  })

  it.each(text)('%j is stored as written', async (userId) => {
    const { auth } = createApp()
    expect(await auth.getUser(userId)).toBeNull()
    expect(await auth.createUser({ userId, attributes: { name: 'x' } })).toMatchObject({ userId })
    const session = await auth.createSession({ userId, attributes: { device: 'Phone' } })
    expect(session.user.userId).toBe(userId)
    expect(await auth.getAllUserSessions(userId)).toHaveLength(1)
    await auth.deleteUser(userId)
    expect(await auth.getUser(userId)).toBeNull()
  })

  it('undefined in createUser() creates a random id', async () => {
    const { auth } = createApp()
    const attributes = { name: 'Ada' }
    const { userId } = await auth.createUser({ userId: undefined, attributes })
    expect(userId).toMatch(/^[\w-]{22}$/)
  })
})

describe('A2: a session id', () => {
  const noId: [what: string, id: unknown][] = [
    ...noText,
    ...text.map((id): [string, string] => [JSON.stringify(id), id]),
    ['21 characters', 'x'.repeat(21)],
    ['23 characters', 'x'.repeat(23)],
    ['another alphabet', `${'x'.repeat(21)}+`],
    ['a blank', `${'x'.repeat(21)} `],
    ['a line break', `${'x'.repeat(21)}\n`],
    ['22 items', Array.from({ length: 22 }, () => 'x')],
    ['an object with a length', { length: 22, toString: () => 'x'.repeat(22) }],
  ]
  it.each(noId)('%s matches no session, and reaches no store', async (_, id) => {
    const { auth, calls, events, signIn } = createApp()
    await signIn()
    const sessionId = id as string
    const refused = code('AUTH_INVALID_SESSION_ID')
    expect(await auth.getSession(sessionId)).toBeNull()
    await expect(auth.invalidateSession(sessionId)).rejects.toThrow(refused)
    await expect(auth.updateSessionAttributes(sessionId, {})).rejects.toThrow(refused)
    await expect(auth.validateSession(sessionId)).rejects.toThrow(refused)
    expect(await auth.validateToken({ token: sessionId, consistency: 'strong' })).toEqual({
      valid: false,
      reason: 'malformed',
    })
    expect(calls).toEqual([])
    expect(events).toEqual([])
  })

  it('is longer in a routed store', async () => {
    const { auth, signIn } = createApp({ store: routedStore(memoryStore<AppUser, AppSession>()) })
    const { user, session } = await signIn()
    const route = await routeOf(user.userId)
    expect(session.sessionId).toMatch(new RegExp(`^${route}[\\w-]{22}$`))
    await auth.invalidateSession(session.sessionId)
    await expect(auth.invalidateSession(session.sessionId.slice(22))).rejects.toThrow(
      code('AUTH_INVALID_SESSION_ID'),
    )
  })
})

describe('A3: invalidateAllUserSessions(userId, { except })', () => {
  it.each([
    ['nothing', undefined],
    ['{}', {}],
    ['except: undefined', { except: undefined }],
    ['except: null', { except: null }],
  ])('with %s revokes every session', async (_, options) => {
    const { auth, events, signIn, store } = createApp()
    const { user, session } = await signIn()
    const attributes = { device: 'Phone' }
    await auth.createSession({ userId: user.userId, attributes })
    events.length = 0
    await auth.invalidateAllUserSessions(user.userId, options)
    expect(await auth.getAllUserSessions(user.userId)).toEqual([])
    expect(await store.read(session.sessionId, { consistency: 'strong' })).toBeNull()
    expect(events).toEqual([{ type: 'invalidated', userId: user.userId, except: undefined }])
  })

  it('passes undefined to the store, never null', async () => {
    const { store } = createApp()
    const seen: unknown[] = []
    const { auth, signIn } = createApp({
      store: {
        ...store,
        async deleteByUser(_: string, options: { readonly except?: string | undefined }) {
          seen.push(options.except)
        },
      },
    })
    const { user } = await signIn()
    for (const except of [null, undefined]) {
      await auth.invalidateAllUserSessions(user.userId, { except })
    }
    expect(seen).toEqual([undefined, undefined])
  })

  it.each<[what: string, except: unknown]>([
    ...noText.filter(([, id]) => id !== null && id !== undefined),
    ['an empty string', ''],
    ['a short string', 'x'],
    ['a session', { sessionId: 'x'.repeat(22) }],
    ['a list of ids', ['x'.repeat(22)]],
  ])('with except: %s rejects, and revokes nothing', async (_, except) => {
    const { auth, calls, events, signIn } = createApp()
    const { user } = await signIn()
    const options = { except: except as string }
    await expect(auth.invalidateAllUserSessions(user.userId, options)).rejects.toThrow(
      code('AUTH_INVALID_SESSION_ID'),
    )
    expect(calls).toEqual([])
    expect(events).toEqual([])
    expect(await auth.getAllUserSessions(user.userId)).toHaveLength(1)
  })
})
