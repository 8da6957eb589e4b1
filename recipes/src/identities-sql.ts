/** Identities in the table `identities`. */
import type { SqlDriver } from '@limen/sql'
import { type Sql, change, transaction } from './database.ts'
import type { Identities, Identity } from './identities.ts'

/** Identities in the app's own database. */
export function sqlIdentities(sql: Sql, driver: SqlDriver): Identities {
  const run = transaction(driver)
  return { findUser, list, createUser, connect, disconnect, remove }

  async function findUser({ provider, subject }: Identity): Promise<string | null> {
    const [found] = await sql<{ userId: string }>`
      select user_id as "userId" from identities
      where provider = ${provider} and subject = ${subject}`
    return found?.userId ?? null
  }

  async function list(userId: string): Promise<readonly Identity[]> {
    return sql<Identity>`
      select provider, subject from identities where user_id = ${userId}
      order by provider, subject`
  }

  async function createUser(identity: Identity, email: string): Promise<string | null> {
    const { provider, subject } = identity
    const userId = crypto.randomUUID()
    try {
      const [created] = await run([
        change`
          insert into users (
            -- #if email
            email_verified,
            -- #end
            id, email
          ) values (
            -- #if email
            true,
            -- #end
            ${userId}, ${email}
          ) on conflict (email) do nothing`,
        change`insert into identities (provider, subject, user_id)
          select ${provider}, ${subject}, id from users where id = ${userId}`,
      ])
      if (created === 1) return userId
    } catch (error) {
      if ((await findUser(identity)) === null) throw error
    }
    // The address is taken, or another sign-in with this identity created the user at the same time.
    return findUser(identity)
  }

  async function connect(identity: Identity, userId: string): Promise<boolean> {
    const { provider, subject } = identity
    await sql`
      insert into identities (provider, subject, user_id)
      values (${provider}, ${subject}, ${userId})
      on conflict (provider, subject) do nothing`
    return (await findUser(identity)) === userId
  }

  async function disconnect({ provider, subject }: Identity, userId: string): Promise<boolean> {
    const [, removed] = await run([
      // Locks the user: of two concurrent calls, the second one counts what the first one left.
      change`update users set email = email where id = ${userId}`,
      change`delete from identities
        where provider = ${provider} and subject = ${subject} and user_id = ${userId} and (
          -- #if passphrase
          exists (select 1 from users where id = ${userId} and passphrase_hash is not null) or
          -- #end
          -- #if passkey
          exists (select 1 from passkeys where user_id = ${userId}) or
          -- #end
          (select count(*) from identities where user_id = ${userId}) > 1)`,
    ])
    return removed === 1
  }

  async function remove(userId: string, identity?: Identity): Promise<void> {
    const [provider, subject] = [identity?.provider ?? null, identity?.subject ?? null]
    await sql`
      delete from identities where user_id = ${userId}
      and provider = coalesce(${provider}, provider) and subject = coalesce(${subject}, subject)`
  }
}
