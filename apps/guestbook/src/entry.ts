/** The entries of the book. */
import { queryFailure } from './outage.ts'

/** The longest entry, in characters. */
export const ENTRY_LENGTH = 500

const ENTRY = new RegExp(`^.{1,${ENTRY_LENGTH}}$`, 'su')
const PAGE = 20

/** One entry. */
export interface Entry {
  readonly id: number
  readonly signedAs: string
  /** The name that its author signs in with. */
  readonly handle: string
  readonly text: string
  readonly writtenAt: number
}

/** Normalizes the text of an entry; `null` if it is empty or too long. */
export function parseEntry(text: string): string | null {
  const entry = text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n]/gu, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
  return ENTRY.test(entry) ? entry : null
}

/** Stores an entry. */
export async function writeEntry(
  db: D1Database,
  user: { readonly userId: string; readonly name: string },
  text: string,
): Promise<void> {
  await db
    .prepare('INSERT INTO entry (user_id, signed_as, text, written_at) VALUES (?, ?, ?, ?)')
    .bind(user.userId, user.name, text, Date.now())
    .run()
    .catch(queryFailure('write an entry'))
}

/**
 * Reads one page of entries, the newest first.
 *
 * @param before The id of the last entry of the previous page.
 * @returns The entries, and the `before` of the next page, or `null` on the last page.
 */
export async function readEntries(
  db: D1Database,
  before: number = Number.MAX_SAFE_INTEGER,
): Promise<{ entries: Entry[]; next: number | null }> {
  const { results } = await db
    .prepare(
      `SELECT id, signed_as AS signedAs, name_key AS handle, text, written_at AS writtenAt
       FROM entry JOIN account USING (user_id) WHERE id < ? ORDER BY id DESC LIMIT ?`,
    )
    .bind(before, PAGE + 1)
    .all<Entry>()
    .catch(queryFailure('read the entries'))
  const entries = results.slice(0, PAGE)
  return { entries, next: results.length > PAGE ? (entries.at(-1)?.id ?? null) : null }
}
