/** The last refused requests: reason, path and time, without data about the client. */
import type { UntrustedReason } from '@limen/core'
import { queryFailure } from './outage.ts'

const STORED = 20

/** One refused request. */
export interface Refusal {
  readonly reason: UntrustedReason
  readonly method: string
  readonly path: string
  readonly refusedAt: number
}

/** The meaning of each reason. */
export const EXPLAINED: Record<UntrustedReason, string> = {
  'cross-site': 'A page of another site sent it (Sec-Fetch-Site).',
  'origin-mismatch': 'A page of another origin sent it (Origin).',
  'origin-missing': 'It has no Origin header, and browsers always send one with a form.',
  'origin-insecure':
    'The page that sent it was loaded over http, and the app expects https (Origin).',
  'host-unknown': 'Its host is unknown, so its origin cannot be compared.',
}

/** Stores a refusal and deletes all but the last 20. */
export async function insertRefusal(
  db: D1Database,
  { reason, method, path }: Omit<Refusal, 'refusedAt'>,
): Promise<void> {
  await db
    .batch([
      db
        .prepare('INSERT INTO refusal (reason, method, path, refused_at) VALUES (?, ?, ?, ?)')
        .bind(reason, method, path, Date.now()),
      db.prepare(
        `DELETE FROM refusal WHERE id NOT IN (SELECT id FROM refusal ORDER BY id DESC LIMIT ${STORED})`,
      ),
    ])
    .catch(queryFailure('store a refusal'))
}

/** The last refusals, newest first. */
export async function readRefusals(db: D1Database): Promise<Refusal[]> {
  const { results } = await db
    .prepare(
      'SELECT reason, method, path, refused_at AS refusedAt FROM refusal ORDER BY id DESC LIMIT ?',
    )
    .bind(STORED)
    .all<Refusal>()
    .catch(queryFailure('read the refusals'))
  return results
}
