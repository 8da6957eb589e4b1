/**
 * What every store and every adapter must do, as data for any test runner.
 *
 * @module
 */
export { adapterCases } from './adapter-cases.ts'
export type { AdapterCase, CaseAdapter, CaseAuth, CaseHandler } from './adapter-cases.ts'
export { recordsFor, storeCases } from './store-cases.ts'
export type { CaseSession, CaseStore, CaseUser, StoreCase } from './store-cases.ts'
