/** The entries of the book. */
import { queryFailure } from './outage.ts'

/** The longest entry, in characters. */
export const ENTRY_LENGTH = 500

const WORDS = new RegExp(`^.{1,${ENTRY_LENGTH}}$`, 'su')
const PAGE = 20

/** One entry, as the book shows it. */
export interface Entry {
  readonly id: number
  readonly signedAs: string
  /** The name its writer signs in with. */
  readonly handle: string
  readonly text: string
  readonly writtenAt: number
}

/** The words of an entry, tidied, or `null` when there are none or too many. */
export function parseEntry(text: string): string | null {
  const words = text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n]/gu, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
  return WORDS.test(words) ? words : null
}

/** Writes an entry into the book. */
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
 * Reads one page of the book, newest entry first.
 *
 * @param before The entry that the page before ended with.
 * @returns The entries, and the id to ask the next page with, or `null` on the last page.
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
    .catch(queryFailure('read the book'))
  const entries = results.slice(0, PAGE)
  return { entries, next: results.length > PAGE ? (entries.at(-1)?.id ?? null) : null }
}
