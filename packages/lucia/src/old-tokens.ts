/** The tokens that visitors have from before: Lucia's ids, or those of sessions that Lucia's site taught. */
import { isLuciaId, movedId } from './lucia-token.ts'

/** What is in an old token. */
export interface OldToken {
  /** The id of its row. */
  readonly id: string
  /** The part that is not in the table; of Lucia's own tokens, the id. */
  readonly secret: string
  /** The hash of the secret, as hexadecimal digits, where the row has one. */
  readonly secretHash?: string
}

/** A format of old tokens. */
export interface OldTokens {
  /** Takes a token apart; `null` for a text that cannot be one. */
  parse(sent: string): Promise<OldToken | null>
  /** The id of the session that takes the place of a row. It is the same for every request. */
  movedId(id: string): Promise<string>
}

/** Lucia's own: the id is the token. */
export const luciaIds: OldTokens = {
  parse: async (sent) => (isLuciaId(sent) ? { id: sent, secret: sent } : null),
  movedId,
}
