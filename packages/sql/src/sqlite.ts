/**
 * The default layout in SQLite as text: for stores that need no other layout, and should not load the
 * code that writes statements for every layout and dialect. `sqlStore` sends the same statements.
 *
 * @module
 */
export { indexes, tables, ticketIndex, ticketTable } from './dialects/sqlite/default-schema.ts'
export * from './dialects/sqlite/default-statements.ts'
export { insertSteps, insertedIn } from './dialects/sqlite/insert-steps.ts'
export type { InsertStep } from './dialects/sqlite/insert-steps.ts'
export {
  foundIn,
  insertValues,
  mergeValues,
  ticketIn,
  ticketValues,
  userIn,
} from './dialects/sqlite/rows.ts'
export type { FoundRow, TicketRow, UserRow } from './dialects/sqlite/rows.ts'
export type { D1, D1Answer, D1Connection, D1Statement, D1WithBatch } from './d1-binding.ts'
