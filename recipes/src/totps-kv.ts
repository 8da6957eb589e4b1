/** Second factors in Deno KV. */
import type { Kv, KvKey } from '@limen/deno'
import { type Totp, type Totps, WRONG_CODES } from './totps.ts'

interface StoredTotp extends Totp {
  readonly failures: number
}

/** Second factors in Deno KV. */
export function kvTotps(kv: Kv): Totps {
  const keyOf = (userId: string): KvKey => ['totp', userId]
  return {
    async add(totp) {
      const key = keyOf(totp.userId)
      const stored: StoredTotp = { ...totp, failures: 0 }
      const added = kv.atomic().check({ key, versionstamp: null }).set(key, stored)
      return (await added.commit()).ok
    },
    find: async (userId) => (await kv.get<StoredTotp>(keyOf(userId))).value,
    countAttempt: (userId) =>
      change(userId, ({ failures }) => failures < WRONG_CODES && { failures: failures + 1 }),
    acceptStep: (userId, step) =>
      change(userId, ({ lastStep }) => lastStep < step && { lastStep: step, failures: 0 }),
    takeRecoveryCode: (userId, hash) =>
      change(userId, ({ recoveryCodes }) => {
        const isFound = recoveryCodes.includes(hash)
        return (
          isFound && { recoveryCodes: recoveryCodes.filter((code) => code !== hash), failures: 0 }
        )
      }),
    async remove(userId) {
      await kv.atomic().delete(keyOf(userId)).commit()
    },
  }

  /** Changes what is stored in one step. Returns `false` if there is nothing, or nothing to change. */
  async function change(
    userId: string,
    changeOf: (totp: StoredTotp) => Partial<StoredTotp> | false,
  ): Promise<boolean> {
    // The check fails only when another call has changed the entry, so this ends.
    for (;;) {
      const entry = await kv.get<StoredTotp>(keyOf(userId))
      const changed = entry.value && changeOf(entry.value)
      if (!changed) return false
      const commit = kv
        .atomic()
        .check(entry)
        .set(entry.key, { ...entry.value, ...changed })
      if ((await commit.commit()).ok) return true
    }
  }
}
