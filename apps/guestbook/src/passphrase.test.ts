import { describe, expect, it } from 'vitest'
import { hashPassphrase, isPassphrase } from './passphrase.ts'

describe('passphrases', () => {
  it('are kept salted, with their cost', async () => {
    const [one, two] = await Promise.all([hashPassphrase('the same'), hashPassphrase('the same')])

    expect(one).toMatch(/^\$scrypt\$ln=14,r=8,p=5\$[\w+/]{22}==\$[\w+/]{43}=$/)
    expect(one).not.toBe(two)
  })

  it('are told apart', async () => {
    const kept = await hashPassphrase('correct horse')

    expect(await isPassphrase('correct horse', kept)).toBe(true)
    expect(await isPassphrase('correct horsf', kept)).toBe(false)
    expect(await isPassphrase('correct horse', null)).toBe(false)
  })

  it('are the same on keyboards that compose letters differently', async () => {
    expect(await isPassphrase('cafe\u0301 noir', await hashPassphrase('café noir'))).toBe(true)
  })

  it('keep the cost that they were hashed with', async () => {
    // RFC 7914, section 12: scrypt("pleaseletmein", "SodiumChloride", 16384, 8, 1), first 32 bytes.
    const kept =
      '$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU=$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofI='

    expect(await isPassphrase('pleaseletmein', kept)).toBe(true)
  })

  it('cost as much for a name that nobody has', async () => {
    const kept = await hashPassphrase('somebody’s')
    const best = { known: Infinity, unknown: Infinity }
    for (let turn = 0; turn < 5; turn++) {
      best.known = Math.min(best.known, await took(kept))
      best.unknown = Math.min(best.unknown, await took(null))
    }

    expect(best.unknown).toBeGreaterThan(best.known / 2)
    expect(best.unknown).toBeLessThan(best.known * 2)
  })
})

/** How long it takes to refuse a guess, in milliseconds. */
async function took(kept: string | null): Promise<number> {
  const start = Date.now()
  await isPassphrase('a guess', kept)
  return Date.now() - start
}
