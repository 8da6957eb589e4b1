/** What `kvStore()` does when KV fails. */
import { reset } from 'cloudflare:test'
import { recordsFor } from '@limen/conformance'
import { limen } from '@limen/core'
import { withPlainIds } from '@limen/core/store-kit'
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { ada, failing, store, storeOver } from '../test/kv.ts'

beforeEach(() => reset())

describe('P4: kvStore() when KV fails', () => {
  const unavailable = { code: 'AUTH_STORE_UNAVAILABLE' }

  it('renews when KV has just accepted another renewal, and rejects on any other failure', async () => {
    const record = await recordsFor(store)
    await store.createUser(ada)
    await store.insert(record('a'))
    const renewWith = (message: string) =>
      withPlainIds(storeOver(failing('put', message))).renew(record('a').id, record('a'))
    expect(await renewWith('KV PUT failed: 429 Too Many Requests')).toBe(true)
    await expect(renewWith('KV PUT failed: 429: the free usage limit')).rejects.toThrow('429')
    await expect(renewWith('KV PUT failed: 500 Internal Server Error')).rejects.toThrow('500')
  })

  it.each(['get', 'put', 'list', 'delete'] as const)(
    'does not confirm a revocation when %s fails',
    async (call) => {
      const auth = limen({ store: storeOver(env.KV) })
      const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
      const attributes = { device: 'phone' }
      const { sessionId } = await auth.createSession({ userId, attributes })
      const broken = limen({ store: storeOver(failing(call, `KV failed: 500`)) })
      const revoked = broken.invalidateAllUserSessions(userId)
      await expect(revoked).rejects.toMatchObject(unavailable)
      const signedOut = broken.invalidateSession(sessionId)
      if (call === 'delete') await expect(signedOut).rejects.toMatchObject(unavailable)
      else await signedOut
    },
  )

  it('rejects attributes that are too large, and stores none of them', async () => {
    const auth = limen({ store: storeOver(env.KV) })
    const attributes = { name: 'x'.repeat(26_300_000) }
    await expect(auth.createUser({ userId: 'ada', attributes })).rejects.toMatchObject({
      code: 'AUTH_RECORD_TOO_LARGE',
    })
    expect(await store.readUser('ada')).toBe(null)
  })
})
