/** Generations: one write revokes all sessions of a user. */
import { ID_BYTES, randomText } from './token.ts'

/** How many characters a generation has. */
export const GENERATION_LENGTH = 22

/**
 * Creates a generation: a random text that a store writes with a user and with each of the user's
 * sessions. A session whose generation is not its user's is revoked, so replacing the user's revokes
 * all sessions without listing them, and a user who is created again under a deleted id has none of
 * the old sessions.
 *
 * @returns 128 random bits as base64url.
 *
 * @example
 * newGeneration().length
 * // 22
 */
export function newGeneration(): string {
  return randomText(ID_BYTES)
}
