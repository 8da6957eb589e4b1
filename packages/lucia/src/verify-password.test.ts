/** Hashes that Lucia, Oslo and lucia-auth made. `leaving-lucia` has tests with new ones, on each platform. */
import { describe, expect, it } from 'vitest'
import { HASHES, PASSWORD } from '../test/hashes.ts'
import { needsRehash, verifyLuciaPassword } from './verify-password.ts'

const isOldest = (by: string) => by.startsWith('lucia-auth 0.1')

describe.each(HASHES.filter(([by]) => !isOldest(by)))('a hash by %s', (_, hash) => {
  it.each([PASSWORD, PASSWORD.normalize('NFKC'), PASSWORD.normalize('NFKD')])(
    'fits the password as %j',
    async (password) => expect(await verifyLuciaPassword(hash, password)).toBe(true),
  )

  it('fits no other password, and need not be replaced', async () => {
    expect(await verifyLuciaPassword(hash, `${PASSWORD} `)).toBe(false)
    expect(needsRehash(hash)).toBe(false)
  })
})

describe.each(HASHES.filter(([by]) => isOldest(by)))('a hash by %s', (_, hash) => {
  it('fits the password, and should be replaced', async () => {
    expect(await verifyLuciaPassword(hash, PASSWORD)).toBe(true)
    expect(needsRehash(hash)).toBe(true)
  })

  it('fits no other password', async () => {
    expect(await verifyLuciaPassword(hash, `${PASSWORD} `)).toBe(false)
  })
})

it('L2-29: without a hash, no password is right, and it takes the time of a wrong password', async () => {
  const timeOf = async (hash: string | null | undefined) => {
    const start = performance.now()
    expect(await verifyLuciaPassword(hash, PASSWORD)).toBe(false)
    return performance.now() - start
  }
  const wrong = await timeOf(`s2:aaaaaaaaaaaaaaaa:${'0'.repeat(128)}`)
  for (const hash of [null, undefined]) expect(await timeOf(hash)).toBeGreaterThan(wrong / 4)
})
