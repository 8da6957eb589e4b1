/**
 * The default layout in SQLite as text: for stores that need no other layout, and should not load the
 * code that writes statements for every layout and dialect. `sqlStore` sends the same statements.
 *
 * @module
 */
export { indexes, tables } from './dialects/sqlite/default-schema.ts'
export * from './dialects/sqlite/default-statements.ts'
export { foundIn, insertValues, mergeValues, userIn } from './dialects/sqlite/rows.ts'
export type { FoundRow, UserRow } from './dialects/sqlite/rows.ts'
export type { D1, D1Answer, D1Connection, D1Statement } from './d1-binding.ts'
