/**
 * For tests of apps that use Limen, in any test runner: signed-in visitors, a clock, outages, and cases
 * for protected routes.
 *
 * @module
 */
export { ageSession } from './age-session.ts'
export type { TestStore } from './age-session.ts'
export { testClock } from './clock.ts'
export type { Duration, TestClock } from './clock.ts'
export { withOutage } from './outage.ts'
export { routeCases } from './route-cases.ts'
export type { Expected, ExpectedResponses, RouteCase, RouteCasesOptions } from './route-cases.ts'
export { signIn } from './sign-in.ts'
export type { AttributesOf, SignInOptions, SignedInVisitor, TestAuth } from './sign-in.ts'
export { storageState } from './storage-state.ts'
export type { StorageState } from './storage-state.ts'
export { visitor } from './visitor.ts'
export type { Fetch, Visitor, VisitorOptions } from './visitor.ts'
