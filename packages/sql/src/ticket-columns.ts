/** The columns of the table of tickets: no layout renames them. */
export const TICKET_COLUMNS = {
  id: 'id',
  codeHash: 'code_hash',
  attemptsLeft: 'attempts_left',
  expiresAt: 'expires_at',
  data: 'data',
} as const
