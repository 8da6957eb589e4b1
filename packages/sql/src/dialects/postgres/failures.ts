/** What PostgreSQL's errors mean. */
import type { Failures } from '../dialect.ts'
import { isRejectedState } from '../sqlstate.ts'

export const failures: Failures = {
  isRejection: ({ code }) => isRejectedState(code),
  isDeadlock: ({ code }) => code === '40P01',
  isMissingTable: ({ code }) => code === '42P01',
  advice: ({ code }) =>
    code === '26000' || code === '42P05'
      ? 'Behind a pooler that does not support prepared statements, turn them off with prepare: false'
      : undefined,
}
