/** The whole suite for one adapter, as data. */
import { memoryStore } from '@limen/core/memory-store'
import { type CaseAdapter, nextTask, signedIn } from './adapter-case.ts'
import { responseCases } from './adapter-response-cases.ts'
import { timingCases } from './adapter-timing-cases.ts'
import { paceOf } from './engine.ts'

/** One thing that an adapter must do, ready to be run. */
export interface AdapterSuiteCase {
  /** The title of the test. */
  readonly name: string
  /** Rejects when the adapter does not do it. */
  readonly run: () => Promise<void>
}

/**
 * Lists everything that an adapter must do, for any test runner to loop over: each case on a store that
 * resolves at once, and on one that resolves later. Cases for hooks that the adapter does not have are
 * omitted.
 *
 * @param adapter The adapter.
 * @returns The cases.
 */
export function adapterSuite(adapter: CaseAdapter): readonly AdapterSuiteCase[] {
  const stores = [
    ['', memoryStore],
    [' (on a store that resolves later)', () => paceOf(nextTask)(memoryStore())],
  ] as const
  return stores.flatMap(([suffix, makeStore]) =>
    [...responseCases, ...timingCases]
      .filter(({ needs }) => !needs || adapter[needs])
      .map(({ name, run }) => ({
        name: name + suffix,
        run: async () => run(adapter, await signedIn(makeStore())),
      })),
  )
}
