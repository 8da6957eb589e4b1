/** D8, E2, E5: errors of other copies of core, of stores, and in frameworks. */
import { describe, expect, it } from 'vitest'
import { type AuthErrorCode, AuthError } from '@limen/core'
import { createApp, visit } from '../test/app.ts'

/** An error of another copy of the package: the same name and code, another class. */
class OtherAuthError extends Error {
  override readonly name = 'AuthError'
  readonly code: string
  constructor(code: string) {
    super(code)
    this.code = code
  }
}

describe('E5: an AuthError of another copy of core', () => {
  it.each<[code: string, isReported: boolean]>([
    ['AUTH_STORE_UNAVAILABLE', true],
    ['AUTH_STORE_REJECTED', true],
    ['AUTH_RECORD_TOO_LARGE', false],
    ['AUTH_CONFIG', false],
    ['AUTH_OF_A_LATER_VERSION', false],
  ])('%s passes as it is', async (code, isReported) => {
    const { auth, events, faults, signIn } = createApp()
    const { user } = await signIn()
    for (const error of [new OtherAuthError(code), new AuthError(code as AuthErrorCode)]) {
      expect(error instanceof AuthError).toBe(!(error instanceof OtherAuthError))
      faults.set('readUser', error)
      await expect(auth.getUser(user.userId)).rejects.toBe(error)
      expect(events.splice(0)).toEqual(
        isReported ? [{ type: 'store-failed', call: 'readUser', code }] : [],
      )
    }
  })
})

describe('E2: a store that rejects', () => {
  const raw: [what: string, thrown: unknown][] = [
    ['an Error', new Error('connection refused')],
    ['an error with a code of its own', Object.assign(new Error('x'), { code: 'ECONNREFUSED' })],
    [
      'an error with our code and another name',
      Object.assign(new Error('x'), { code: 'AUTH_STORE_REJECTED' }),
    ],
    [
      'an error named AuthError without a code',
      Object.assign(new Error('x'), { name: 'AuthError' }),
    ],
    ['an object that is not an Error', { name: 'AuthError', code: 'AUTH_STORE_REJECTED' }],
    ['a string', 'down'],
    ['null', null],
    ['undefined', undefined],
  ]
  it.each(raw)('with %s: AUTH_STORE_UNAVAILABLE, with its cause', async (_, thrown) => {
    const { auth, events, faults, signIn } = createApp()
    const { user } = await signIn()
    faults.set('readUser', thrown)
    const error: unknown = await auth.getUser(user.userId).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(AuthError)
    expect(error).toMatchObject({ code: 'AUTH_STORE_UNAVAILABLE' })
    expect((error as Error).cause).toBe(thrown)
    expect(events).toEqual([
      { type: 'store-failed', call: 'readUser', code: 'AUTH_STORE_UNAVAILABLE' },
    ])
  })

  it('in the background: the event has its code', async () => {
    const { clock, events, faults, open, signIn } = createApp()
    const { token } = await signIn()
    clock.now += 86_400_000
    faults.set('renew', new AuthError('AUTH_STORE_REJECTED', 'no such table'))
    const pending: Promise<unknown>[] = []
    const waitUntil = (work: Promise<unknown>) => pending.push(work)
    expect(await open(visit(token), { waitUntil }).authRequest.validate()).not.toBeNull()
    await Promise.all(pending)
    expect(events).toEqual([{ type: 'store-failed', call: 'renew', code: 'AUTH_STORE_REJECTED' }])
  })
})

describe('D8: AUTH_UNTRUSTED_ORIGIN in frameworks', () => {
  it('has the status 403 under each name that frameworks read', async () => {
    const { open, signIn } = createApp()
    const { session } = await signIn()
    const { authRequest } = open(visit(null, { 'Sec-Fetch-Site': 'cross-site' }, 'POST'))
    let error: unknown
    try {
      authRequest.setSession(session)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({ code: 'AUTH_UNTRUSTED_ORIGIN', status: 403, statusCode: 403 })
    const response = (error as AuthError).getResponse?.()
    expect(response?.status).toBe(403)
    expect(await response?.text()).toBe('Forbidden: cross-site')
  })

  it('hides the hint for the developer from the visitor', async () => {
    const error = new AuthError('AUTH_UNTRUSTED_ORIGIN', 'origin-mismatch: set hostHeader: x')
    expect(await error.getResponse?.().text()).toBe('Forbidden: origin-mismatch')
  })

  it.each<AuthErrorCode>(['AUTH_CONFIG', 'AUTH_STORE_UNAVAILABLE', 'AUTH_RESPONSE_SENT'])(
    '%s carries none: it is our failure',
    (code) => {
      const error = new AuthError(code)
      expect(error.status).toBeUndefined()
      expect(error.statusCode).toBeUndefined()
      expect(error.getResponse).toBeUndefined()
      expect(Object.keys(error).toSorted()).toEqual(['code', 'name'])
      expect(error.message).toBe(code)
    },
  )
})
