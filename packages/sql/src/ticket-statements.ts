/** The statements of a store of tickets. */
import type { TicketRecord } from '@limen/core/tickets'
import type { Dialect } from './dialects/dialect.ts'
import type { SqlRow } from './driver.ts'
import { namesIn } from './names.ts'
import { type Statement, list, raw, rendered, sql, value } from './sql.ts'
import { TICKET_COLUMNS } from './ticket-columns.ts'

/** The statements over one table, and what their rows hold. */
export interface TicketStatements {
  put(ticket: TicketRecord): Statement
  /** Reads a ticket and locks it: for engines that return no deleted and no changed rows. */
  find(id: string): Statement
  /** Deletes a ticket, and returns it where the engine can. */
  take(id: string): Statement
  /** Subtracts an attempt, and returns the ticket where the engine can. */
  attempt(id: string): Statement
  deleteExpired(now: number, limit: number): Statement
  /** The ticket in a row of `find`, `take` or `attempt`. */
  ticketIn(row: SqlRow): TicketRecord
}

/** Builds the statements of a dialect over a table. */
export function ticketStatementsOver(table: string, dialect: Dialect): TicketStatements {
  const { lockFirst, deleteReturning, updateReturning, expired, limitIsText } = dialect.statements
  const name = namesIn(dialect).table(table)
  const tickets = raw(name)
  const { id: key, codeHash, attemptsLeft, expiresAt, data } = TICKET_COLUMNS
  // `ticketIn` reads the columns in this order.
  const columns = raw(
    [
      `${dialect.columns.id(key, true)} as id`,
      `${codeHash} as codeHash`,
      `${attemptsLeft} as attemptsLeft`,
      `${dialect.columns.time(expiresAt)} as expiresAt`,
      `${data} as data`,
    ].join(', '),
  )
  const isTicket = (id: string) => sql`${raw(key)} = ${value(id)}`
  const returned = (returns: boolean) => (returns ? [sql`returning ${columns}`] : [])

  return {
    put(ticket) {
      const names = [key, codeHash, attemptsLeft, expiresAt, data]
      const values = [
        ticket.id,
        ticket.codeHash,
        ticket.attemptsLeft,
        ticket.expiresAt,
        JSON.stringify(ticket.data),
      ]
      const inserted = sql`
        insert into ${tickets} (${list(names.map(raw))})
        values (${list(values.map(value))})
      `
      return rendered(inserted, dialect)
    },

    find(id) {
      const found = sql`
        select ${columns}
        from ${tickets}
        where ${isTicket(id)}
      `
      return rendered(list([found, ...(lockFirst ? [raw(lockFirst.user)] : [])], '\n'), dialect)
    },

    take(id) {
      const taken = sql`
        delete from ${tickets}
        where ${isTicket(id)}
      `
      return rendered(list([taken, ...returned(deleteReturning)], '\n'), dialect)
    },

    attempt(id) {
      const tried = sql`
        update ${tickets}
        set ${raw(attemptsLeft)} = ${raw(attemptsLeft)} - 1
        where ${isTicket(id)} and ${raw(attemptsLeft)} > 0
      `
      return rendered(list([tried, ...returned(updateReturning)], '\n'), dialect)
    },

    deleteExpired(now, limit) {
      const statement = sql`
        delete from ${tickets}
        where ${expired(name, key, expiresAt, now, limit)}
      `
      return rendered(statement, dialect, limitIsText)
    },

    ticketIn(row) {
      const [id, hash, left, until, json] = Object.values(row)
      return {
        id: id as string,
        codeHash: hash as string,
        attemptsLeft: Number(left),
        expiresAt: Number(until),
        data: JSON.parse(json as string),
      }
    },
  }
}
