/** The users and the audit trail in Deno KV. */
import type { Kv } from '@limen/deno'
import type { AuditEntry, AuditTrail, Member, Members } from './members.ts'
import type { SiteAuth } from './site.ts'

const LENGTH = 50

/** Users, by the index of their addresses. It has no guests. */
export function kvMembers(kv: Kv, auth: SiteAuth): Members {
  return {
    async list(after) {
      const found: Member[] = []
      // Deno KV can also start at a key; this reads the addresses before it, too.
      for await (const { key, value } of kv.list<string>({ prefix: ['email'] })) {
        if (String(key[1]) <= after || !value) continue
        const user = await auth.getUser(value)
        if (user && found.push(user) === LENGTH) break
      }
      return found
    },
  }
}

/** The audit trail: the key of a later entry is smaller. */
export function kvAudit(kv: Kv): AuditTrail {
  return {
    async add(entry) {
      await kv.atomic().set(['audit', -entry.at, crypto.randomUUID()], entry).commit()
    },
    async list() {
      const entries: AuditEntry[] = []
      for await (const { value } of kv.list<AuditEntry>({ prefix: ['audit'] })) {
        if (value && entries.push(value) === LENGTH) break
      }
      return entries
    },
  }
}
