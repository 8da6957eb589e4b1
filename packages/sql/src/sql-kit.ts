/**
 * For packages over other tables: what the stores of this package build their statements from. It can
 * change in a minor version.
 *
 * @module
 */
export { checkedId } from './checked-id.ts'
export { checkDriver } from './checks.ts'
export { dialects } from './dialects/index.ts'
export type { Dialect } from './dialects/dialect.ts'
export { engineCalls } from './engine-calls.ts'
export type { EngineCalls } from './engine-calls.ts'
export { isCanonicalId } from './id-type.ts'
export { storedAttributes } from './attributes.ts'
export type { StoredAttributes } from './attributes.ts'
export { namesIn } from './names.ts'
export { resolvedAttributes, resolvedLayout } from './resolved-layout.ts'
export type { ResolvedAttributes, ResolvedLayout } from './resolved-layout.ts'
export { list, raw, rendered, sql, value } from './sql.ts'
export type { Part, Sql, Statement } from './sql.ts'
export { statementsOver } from './statements.ts'
export type { StoreStatements } from './statements.ts'
