/** The users and the audit trail in SQL. */
import type { Sql } from './database.ts'
import type { AuditEntry, AuditTrail, Member, Members } from './members.ts'

/** Users in the table `users`. */
export function sqlMembers(sql: Sql): Members {
  return {
    list: (after) => sql<Member>`
      select id as "userId", email, role from users
      where email > ${after}
      -- #if guest
      and guest_since is null
      -- #end
      order by email limit 50`,
  }
}

/** The audit trail in the table `audit`. */
export function sqlAudit(sql: Sql): AuditTrail {
  return {
    async add({ at, admin, user, action, reason }) {
      const id = crypto.randomUUID()
      await sql`
        insert into audit (id, at, admin, subject, action, reason)
        values (${id}, ${at}, ${admin}, ${user}, ${action}, ${reason})`
    },
    async list() {
      const entries = await sql<AuditEntry>`
        select at, admin, subject as "user", action, reason from audit
        order by at desc, id limit 50`
      // PostgreSQL returns a `bigint` as a string.
      return entries.map((entry) => ({ ...entry, at: Number(entry.at) }))
    },
  }
}
