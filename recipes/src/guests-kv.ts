/** Notes and guests in Deno KV. */
import type { Kv, KvKey } from '@limen/deno'
import { type Guests, type Notes, YOUNGEST_PURGED_MS, guestAddress } from './notes.ts'
import type { SiteAuth } from './site.ts'

/** Notes: each has a key below its user. */
export function kvNotes(kv: Kv): Notes {
  return {
    async add(userId, text) {
      await kv.atomic().set(['notes', userId, Date.now(), crypto.randomUUID()], text).commit()
    },
    async list(userId) {
      const notes: string[] = []
      for await (const { value } of kv.list<string>({ prefix: ['notes', userId] })) {
        if (value !== null) notes.push(value)
      }
      return notes
    },
  }
}

/** Guests: users of Limen, and a key for each. Who deletes this key owns what the guest has. */
export function kvGuests(kv: Kv, auth: SiteAuth): Guests {
  const keyOf = (guestId: string): KvKey => ['guest', guestId]

  async function isOurs(guestId: string): Promise<boolean> {
    const { key, value, versionstamp } = await kv.get<number>(keyOf(guestId))
    return (
      value !== null && (await kv.atomic().check({ key, versionstamp }).delete(key).commit()).ok
    )
  }

  return {
    async create() {
      const guestSince = auth.now()
      const attributes = {
        email: guestAddress(),
        guestSince,
        // #if passphrase
        passphraseHash: null,
        // #end
      }
      const { userId } = await auth.createUser({ attributes })
      await kv.atomic().set(keyOf(userId), guestSince).commit()
      return userId
    },
    async mergeInto(guestId, userId) {
      if (!(await isOurs(guestId))) return
      for await (const { key, value } of kv.list({ prefix: ['notes', guestId] })) {
        const moved = ['notes', userId, ...key.slice(2)]
        await kv.atomic().set(moved, value).delete(key).commit()
      }
      await auth.deleteUser(guestId)
    },
    async purge() {
      let left = 1000
      for await (const { key, value } of kv.list<number>({ prefix: ['guest'] })) {
        const guestId = String(key[1])
        if (value === null || value >= auth.now() - YOUNGEST_PURGED_MS) continue
        if ((await auth.getAllUserSessions(guestId)).length > 0 || !(await isOurs(guestId)))
          continue
        for await (const note of kv.list({ prefix: ['notes', guestId] })) {
          await kv.atomic().delete(note.key).commit()
        }
        await auth.deleteUser(guestId)
        if (--left === 0) break
      }
    },
  }
}
