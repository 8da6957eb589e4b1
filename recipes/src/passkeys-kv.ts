/** Passkeys in Deno KV: each by its id, and a key for each of a user's. */
import type { Kv, KvKey } from '@limen/deno'
import type { Passkey, Passkeys } from './passkeys.ts'

/** Passkeys in Deno KV. */
export function kvPasskeys(kv: Kv): Passkeys {
  const keyOf = (id: string): KvKey => ['passkey', id]
  const userKeyOf = (userId: string, id: string): KvKey => ['passkeys', userId, id]
  const find = async (id: string) => (await kv.get<Passkey>(keyOf(id))).value
  return {
    find,
    async add(passkey) {
      const { id, userId } = passkey
      const added = kv
        .atomic()
        .check({ key: keyOf(id), versionstamp: null })
        .set(keyOf(id), passkey)
        .set(userKeyOf(userId, id), true)
      return (await added.commit()).ok
    },
    async list(userId) {
      const passkeys: Passkey[] = []
      for await (const { key } of kv.list({ prefix: ['passkeys', userId] })) {
        const passkey = await find(String(key[2]))
        if (passkey) passkeys.push(passkey)
      }
      return passkeys.toSorted((one, other) => one.createdAt - other.createdAt)
    },
    async use(id, counter) {
      // The check fails only when another call has changed the passkey, so this ends.
      for (;;) {
        const entry = await kv.get<Passkey>(keyOf(id))
        const { value } = entry
        if (!value || (value.counter >= counter && (value.counter > 0 || counter > 0))) return false
        const used = kv
          .atomic()
          .check(entry)
          .set(entry.key, { ...value, counter })
        if ((await used.commit()).ok) return true
      }
    },
    async remove(userId, id) {
      if ((await find(id))?.userId !== userId) return false
      // The user of an id never changes, so no check is needed.
      await kv.atomic().delete(keyOf(id)).delete(userKeyOf(userId, id)).commit()
      return true
    },
  }
}
