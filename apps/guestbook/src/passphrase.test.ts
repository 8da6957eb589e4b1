import { describe, expect, it } from 'vitest'
import { hashPassphrase, isPassphrase } from './passphrase.ts'

describe('hashPassphrase() and isPassphrase()', () => {
  it('store the salt and the cost with the hash', async () => {
    const [one, two] = await Promise.all([hashPassphrase('the same'), hashPassphrase('the same')])

    expect(one).toMatch(/^\$scrypt\$ln=14,r=8,p=5\$[\w+/]{22}==\$[\w+/]{43}=$/)
    expect(one).not.toBe(two)
  })

  it('accept only the passphrase that was hashed', async () => {
    const stored = await hashPassphrase('correct horse')

    expect(await isPassphrase('correct horse', stored)).toBe(true)
    expect(await isPassphrase('correct horsf', stored)).toBe(false)
    expect(await isPassphrase('correct horse', null)).toBe(false)
  })

  it('accept another Unicode form of the same passphrase', async () => {
    expect(await isPassphrase('cafe\u0301 noir', await hashPassphrase('café noir'))).toBe(true)
  })

  it('use the cost that is stored with the hash', async () => {
    // RFC 7914, section 12: scrypt("pleaseletmein", "SodiumChloride", 16384, 8, 1), first 32 bytes.
    const stored =
      '$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU=$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofI='

    expect(await isPassphrase('pleaseletmein', stored)).toBe(true)
  })

  it('take the same time for an unknown name', async () => {
    const stored = await hashPassphrase('another one')
    const best = { known: Infinity, unknown: Infinity }
    for (let turn = 0; turn < 5; turn++) {
      best.known = Math.min(best.known, await took(stored))
      best.unknown = Math.min(best.unknown, await took(null))
    }

    expect(best.unknown).toBeGreaterThan(best.known / 2)
    expect(best.unknown).toBeLessThan(best.known * 2)
  })
})

/** The time that a wrong guess takes, in milliseconds. */
async function took(stored: string | null): Promise<number> {
  const start = Date.now()
  await isPassphrase('a guess', stored)
  return Date.now() - start
}
