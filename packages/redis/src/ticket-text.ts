/**
 * A ticket as the text of one Redis string: its JSON, without the id, which is in its key.
 *
 * The attempts are padded with spaces, so that a script finds and replaces them by position.
 */
import type { TicketRecord } from '@limen/core/tickets'

const ATTEMPTS = '{"attemptsLeft":'

/** The length of the padded attempts: enough for every whole number. */
export const ATTEMPTS_LENGTH = 16
/** Where the attempts begin, counted from 0. */
export const ATTEMPTS_AT: number = ATTEMPTS.length

/** A ticket as a script returns it. */
export type StoredTicket = Omit<TicketRecord, 'id'>

/** The text of a ticket. */
export function ticketText({ attemptsLeft, expiresAt, codeHash, data }: TicketRecord): string {
  const others = JSON.stringify({ expiresAt, codeHash, data })
  return `${ATTEMPTS}${String(attemptsLeft).padStart(ATTEMPTS_LENGTH)},${others.slice(1)}`
}
