/**
 * What every store and every adapter must do, as data for any test runner.
 *
 * @module
 */
export { type DeviceServer, type SignedIn, runDeviceScenario } from './device-run.ts'
export { deviceBrowser } from './device-browser.ts'
export type {
  DeviceBrowser,
  DeviceBrowserOptions,
  DeviceLogLine,
  DeviceRequest,
  DeviceSession,
} from './device-browser.ts'
export type { DeviceAlgorithm, DeviceKey } from './device-key.ts'
export { deviceScenarios } from './device-scenarios.ts'
export type {
  ChallengeSource,
  DeviceRequestStep,
  DeviceScenario,
  DeviceStep,
  ProofStep,
  VisitStep,
} from './device-scenario.ts'
export { adapterSuite } from './adapter-suite.ts'
export type { AdapterSuiteCase } from './adapter-suite.ts'
export type { CaseAdapter, CaseAuth, CaseHandler, ServeOptions } from './adapter-case.ts'
export type { Engine, Pace, Subject } from './engine.ts'
export { messageSuite } from './message-suite.ts'
export type { MessageCase, MessageTable } from './message-suite.ts'
export { faulty } from './faults.ts'
export type { ChooseFault, Fault } from './faults.ts'
export { type MakeRecord, recordsFor } from './store-case.ts'
export { storeCases } from './store-cases.ts'
export type {
  AnyCaseStore,
  CaseSession,
  CaseStore,
  CaseUser,
  StoreCase,
  StorePromise,
} from './store-case.ts'
export { storeSuite } from './suite.ts'
export type { SuiteCase, SuiteOptions } from './suite.ts'
export { ticketSuite } from './ticket-suite.ts'
export type { OpenedTickets, TicketCase, TicketSubject } from './ticket-suite.ts'
