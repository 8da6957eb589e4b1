/** The last requests that the book refused: why, what and when, and nothing about whom. */
import type { UntrustedReason } from '@limen/core'
import { queryFailure } from './outage.ts'

const KEPT = 20

/** One refused request. */
export interface Refusal {
  readonly reason: UntrustedReason
  readonly method: string
  readonly path: string
  readonly refusedAt: number
}

/** What each reason means, for people. */
export const EXPLAINED: Record<UntrustedReason, string> = {
  'cross-site': 'The browser said that a page of another site sent it (Sec-Fetch-Site).',
  'origin-mismatch': 'The page that sent it names another origin than the book’s own (Origin).',
  'origin-missing': 'It did not say which page sent it, and a browser always does.',
  'origin-insecure':
    'The page that sent it was loaded over http, and the app expects https (Origin).',
  'host-unknown': 'It does not say for which host it is, so nothing can be compared with it.',
}

/** Notes a refusal and forgets all but the last 20. */
export async function noteRefusal(
  db: D1Database,
  { reason, method, path }: Omit<Refusal, 'refusedAt'>,
): Promise<void> {
  await db
    .batch([
      db
        .prepare('INSERT INTO refusal (reason, method, path, refused_at) VALUES (?, ?, ?, ?)')
        .bind(reason, method, path, Date.now()),
      db.prepare(
        `DELETE FROM refusal WHERE id NOT IN (SELECT id FROM refusal ORDER BY id DESC LIMIT ${KEPT})`,
      ),
    ])
    .catch(queryFailure('note a refusal'))
}

/** The last refusals, newest first. */
export async function readRefusals(db: D1Database): Promise<Refusal[]> {
  const { results } = await db
    .prepare(
      'SELECT reason, method, path, refused_at AS refusedAt FROM refusal ORDER BY id DESC LIMIT ?',
    )
    .bind(KEPT)
    .all<Refusal>()
    .catch(queryFailure('read the refusals'))
  return results
}
