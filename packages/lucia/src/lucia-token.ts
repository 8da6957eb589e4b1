/** Lucia's session ids, which are its tokens, and the tokens of Limen that take their place. */
import type { TokenFormat } from '@limen/core'
import { randomText, routeOf, sha256 } from '@limen/core/store-kit'

/** Lucia's alphabet: 5 bits a letter. */
const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567'
const LENGTH = 40
/** What an app passed as `sessionId` can have another length and alphabet. */
const FORM = /^[\w-]{16,255}$/

/** Whether a text can be a session id of Lucia's. A token of Limen's cannot: it has a dot. */
export function isLuciaId(id: unknown): id is string {
  return typeof id === 'string' && FORM.test(id)
}

/** Whether an id is one that {@link luciaTokens} created. */
export function isCreatedId(id: string): boolean {
  return id.length === LENGTH
}

/** The format in which the id is the token: as Lucia's. */
export const luciaTokens: TokenFormat = {
  create() {
    const bytes = crypto.getRandomValues(new Uint8Array(LENGTH))
    const id = Array.from(bytes, (byte) => LETTERS[byte % LETTERS.length]).join('')
    return { id, secret: id, token: id }
  },
  parse: (token) => (isLuciaId(token) ? [token, token] : null),
  isId: isLuciaId,
}

/** Creates the salt of a session that is moved: 128 random bits. */
export function newSalt(): string {
  return randomText(16)
}

/**
 * The id of the session that takes the place of Lucia's. It is the same for everybody who has the old
 * id, so that a session is moved once, and the old id cannot be computed from it.
 */
export function movedId(luciaId: string): Promise<string> {
  return routeOf(`lucia id ${luciaId}`)
}

/**
 * The secret of that session. It is not stored. Who has the old id, from an old backup for example,
 * also needs the salt, which is deleted when the old id ends.
 */
export async function movedSecret(luciaId: string, salt: string): Promise<string> {
  return sha256(`lucia secret ${salt}${luciaId}`)
}
