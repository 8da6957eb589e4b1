/** What each call of `kvStore()` costs, counted at the binding. */
import { reset } from 'cloudflare:test'
import { limen } from '@limen/core'
import { kvStore } from '@limen/workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { DAY, watched } from '../test/kv.ts'
import { withCookie } from '../test/with-cookie.ts'

beforeEach(() => reset())

describe('kvStore(), counted at the binding', () => {
  it('costs one read to validate, one more and a write to renew, a read and a write to sign in', async () => {
    const calls: string[] = []
    let now = Date.now()
    const counting = watched((call) => calls.push(call))
    const auth = limen({ store: kvStore(counting), now: () => now })
    const { userId } = await auth.createUser({})
    const counted = async (act: () => Promise<unknown>) => {
      calls.length = 0
      await act()
      return [...calls]
    }
    const validate = (token: string, method = 'GET') =>
      auth.handleRequest(withCookie(token, method)).validate()

    let token = ''
    const signIn = async () => {
      token = auth.createBearerToken(await auth.createSession({ userId }))
    }
    expect(await counted(signIn)).toEqual(['get', 'put'])
    expect(await counted(() => validate(token))).toEqual(['get'])
    expect(await counted(() => validate(token, 'POST'))).toEqual(['get'])
    now += 2 * DAY
    expect(await counted(() => validate(token))).toEqual(['get', 'get', 'put'])
    const revoked = await counted(() => auth.invalidateAllUserSessions(userId))
    expect(revoked.join(' ')).toBe('get put list put list delete delete delete')
    expect(await counted(() => validate(token))).toEqual(['get'])
    expect(await counted(() => validate('malformed'))).toEqual([])
  })

  it('reads six keys to validate, with the cacheTtl that was configured', async () => {
    const reads: unknown[][] = []
    const kv = watched((call, args) => call === 'get' && reads.push(args))
    const id = { route: 'r'.repeat(22), id: `${'r'.repeat(22)}${'a'.repeat(22)}` }
    await kvStore(kv).read(id, { consistency: 'strong' })
    await kvStore(kv, { cacheTtl: 300 }).read(id, { consistency: 'eventual' })
    expect(reads.map(([keys, options]) => [(keys as string[]).length, options])).toEqual([
      [6, { type: 'json', cacheTtl: 30 }],
      [6, { type: 'json', cacheTtl: 300 }],
    ])
  })
})
