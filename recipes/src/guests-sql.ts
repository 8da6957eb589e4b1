/** Notes and guests in SQL. */
import type { SqlDriver } from '@limen/sql'
import { type Sql, change, transaction } from './database.ts'
import { type Guests, type Notes, YOUNGEST_PURGED_MS, guestAddress } from './notes.ts'
import type { SiteAuth } from './site.ts'

/** Notes in the table `notes`. */
export function sqlNotes(sql: Sql): Notes {
  return {
    async add(userId, text) {
      const [id, now] = [crypto.randomUUID(), Date.now()]
      await sql`
        insert into notes (id, user_id, text, created_at) values (${id}, ${userId}, ${text}, ${now})`
    },
    async list(userId) {
      const rows = await sql<{ text: string }>`
        select text from notes where user_id = ${userId} order by created_at, id`
      return rows.map(({ text }) => text)
    },
  }
}

/** Guests in the table `users`. */
export function sqlGuests(sql: Sql, driver: SqlDriver, auth: SiteAuth): Guests {
  return {
    async create() {
      const attributes = {
        email: guestAddress(),
        guestSince: auth.now(),
        // #if passphrase
        passphraseHash: null,
        // #end
      }
      return (await auth.createUser({ attributes })).userId
    },
    async mergeInto(guestId, userId) {
      await transaction(driver)([
        change`
          update notes set user_id = ${userId} where user_id in
            (select id from users where id = ${guestId} and guest_since is not null)`,
        change`delete from users where id = ${guestId} and guest_since is not null`,
      ])
    },
    async purge() {
      const now = auth.now()
      await sql`
        delete from users where id in (
          select id from users where guest_since < ${now - YOUNGEST_PURGED_MS} and not exists (
            select 1 from limen_session
            where user_id = users.id and idle_expires_at > ${now}
          ) limit 1000
        )`
    },
  }
}
