/**
 * What every store and every adapter must do, as data for any test runner.
 *
 * @module
 */
export { adapterSuite } from './adapter-cases.ts'
export type {
  AdapterSuiteCase,
  CaseAdapter,
  CaseAuth,
  CaseHandler,
  ServeOptions,
} from './adapter-cases.ts'
export type { Engine, Pace, Subject } from './engine.ts'
export { faulty } from './faults.ts'
export type { ChooseFault, Fault } from './faults.ts'
export { recordsFor, storeCases } from './store-cases.ts'
export type {
  AnyCaseStore,
  CaseSession,
  CaseStore,
  CaseUser,
  StoreCase,
  StorePromise,
} from './store-cases.ts'
export { storeSuite } from './suite.ts'
export type { SuiteCase, SuiteOptions } from './suite.ts'
