/** Second factors in the table `totp`. */
import type { Sql } from './database.ts'
import { type Totp, type Totps, WRONG_CODES } from './totps.ts'

type Row = Omit<Totp, 'recoveryCodes'> & { readonly recoveryCodes: string }

/** Second factors in the table `totp`. */
export function sqlTotps(sql: Sql): Totps {
  return {
    async add({ userId, secret, lastStep, recoveryCodes }) {
      const added = await sql`
        insert into totp (user_id, secret, last_step, failures, recovery_codes)
        values (${userId}, ${secret}, ${lastStep}, 0, ${recoveryCodes.join(' ')})
        on conflict (user_id) do nothing returning user_id`
      return added.length === 1
    },
    async find(userId) {
      const [row] = await sql<Row>`
        select user_id as "userId", secret, last_step as "lastStep", recovery_codes as "recoveryCodes"
        from totp where user_id = ${userId}`
      return row ? { ...row, recoveryCodes: row.recoveryCodes.match(/\w+/g) ?? [] } : null
    },
    async countAttempt(userId) {
      const counted = await sql`
        update totp set failures = failures + 1
        where user_id = ${userId} and failures < ${WRONG_CODES} returning user_id`
      return counted.length === 1
    },
    async acceptStep(userId, step) {
      const accepted = await sql`
        update totp set last_step = ${step}, failures = 0
        where user_id = ${userId} and last_step < ${step} returning user_id`
      return accepted.length === 1
    },
    async takeRecoveryCode(userId, hash) {
      const taken = await sql`
        update totp set recovery_codes = replace(recovery_codes, ${hash}, ''), failures = 0
        where user_id = ${userId} and recovery_codes <> replace(recovery_codes, ${hash}, '')
        returning user_id`
      return taken.length === 1
    },
    async remove(userId) {
      await sql`delete from totp where user_id = ${userId}`
    },
  }
}
