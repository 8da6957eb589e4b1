/** Passkeys in the table `passkeys`. */
import type { Sql } from './database.ts'
import type { Passkey, Passkeys } from './passkeys.ts'

/** PostgreSQL returns a `bigint` as a string. */
type Row = Omit<Passkey, 'counter' | 'createdAt' | 'transports'> & {
  readonly counter: number | string
  readonly createdAt: number | string
  readonly transports: string
}

/** Passkeys in the table `passkeys`. */
export function sqlPasskeys(sql: Sql): Passkeys {
  return {
    async add({ id, userId, publicKey, counter, transports, name, createdAt }) {
      const added = await sql`
        insert into passkeys (id, user_id, public_key, counter, transports, name, created_at)
        values (${id}, ${userId}, ${publicKey}, ${counter}, ${JSON.stringify(transports)}, ${name}, ${createdAt})
        on conflict (id) do nothing returning id`
      return added.length === 1
    },
    async find(id) {
      const [row] = await sql<Row>`
        select id, user_id as "userId", public_key as "publicKey", counter, transports, name,
          created_at as "createdAt"
        from passkeys where id = ${id}`
      return row ? passkeyOf(row) : null
    },
    async list(userId) {
      const rows = await sql<Row>`
        select id, user_id as "userId", public_key as "publicKey", counter, transports, name,
          created_at as "createdAt"
        from passkeys where user_id = ${userId} order by created_at, id`
      return rows.map(passkeyOf)
    },
    async use(id, counter) {
      const used = await sql`
        update passkeys set counter = ${counter}
        where id = ${id} and (counter < ${counter} or (counter = 0 and ${counter} = 0))
        returning id`
      return used.length === 1
    },
    async remove(userId, id) {
      const removed = await sql`
        delete from passkeys where id = ${id} and user_id = ${userId} returning id`
      return removed.length === 1
    },
  }
}

function passkeyOf({ counter, createdAt, transports, ...row }: Row): Passkey {
  return {
    ...row,
    counter: Number(counter),
    createdAt: Number(createdAt),
    transports: JSON.parse(transports) as string[],
  }
}
