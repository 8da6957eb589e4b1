import { type StoreCall, handle, limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { beforeAll, describe, expect, it, vi } from 'vitest'

type Core = typeof import('@limen/core')

describe('E5: two copies of core in one app', () => {
  let other: Core
  beforeAll(async () => {
    const own = await import('@limen/core')
    vi.resetModules()
    other = await import('@limen/core')
    expect(other.AuthError).not.toBe(own.AuthError)
  })

  const codes = [
    'AUTH_STORE_UNAVAILABLE',
    'AUTH_STORE_REJECTED',
    'AUTH_RECORD_TOO_LARGE',
    'AUTH_CONFIG',
  ] as const
  it.each(codes)('E5: %s of a store over the other copy keeps its code', async (code) => {
    const error = new other.AuthError(code, 'from the store')
    const auth = limen({ store: { ...memoryStore(), createUser: () => Promise.reject(error) } })
    await expect(auth.createUser({})).rejects.toBe(error)
  })

  it('E5: a store-failed event has the code of the other copy', async () => {
    const events: unknown[] = []
    const error = new other.AuthError('AUTH_STORE_REJECTED', 'from the store')
    const auth = limen({
      store: { ...memoryStore(), readUser: () => Promise.reject(error) },
      onEvent: (event) => events.push(event),
    })
    await expect(auth.getUser('ada')).rejects.toBe(error)
    const call: StoreCall = 'readUser'
    expect(events).toEqual([{ type: 'store-failed', call, code: 'AUTH_STORE_REJECTED' }])
  })

  it('E5: handle() answers a refusal of the other copy with 403', async () => {
    const auth = other.limen({ store: memoryStore() })
    const { userId } = await auth.createUser({})
    const session = await auth.createSession({ userId })
    const request = new Request('https://app.example/', {
      method: 'POST',
      headers: { 'Sec-Fetch-Site': 'cross-site' },
    })
    const response = await handle(auth, request, (authRequest) => {
      authRequest.setSession(session)
      return new Response('page')
    })
    expect(response.status).toBe(403)
  })

  it.each([
    ['another name', { name: 'OtherError', code: 'AUTH_CONFIG' }],
    ['no code', { name: 'AuthError' }],
  ])('E5: an error with %s is AUTH_STORE_UNAVAILABLE', async (_, fields) => {
    const error = Object.assign(new Error('from the engine'), fields)
    const auth = limen({ store: { ...memoryStore(), readUser: () => Promise.reject(error) } })
    await expect(auth.getUser('ada')).rejects.toMatchObject({
      code: 'AUTH_STORE_UNAVAILABLE',
      cause: error,
    })
  })
})
