/**
 * What every store must do, as data for any test runner.
 *
 * @module
 */
export { recordsFor, storeCases } from './store-cases.ts'
export type { CaseSession, CaseStore, CaseUser, StoreCase } from './store-cases.ts'
