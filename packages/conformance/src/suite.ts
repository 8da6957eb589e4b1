/** The whole suite for one store, as data. */
import { withPlainIds } from '@limen/core/store-kit'
import { type Engine, type Subject, unpaced } from './engine.ts'
import { runHistories } from './history.ts'
import type { StorePromise } from './store-case.ts'
import { storeCases } from './store-cases.ts'

/** One thing that a store must do, ready to be run. */
export interface SuiteCase {
  /** What the store must do; for a known exception, with the reason why it does not. */
  readonly name: string
  /** Which of Limen's promises the case proves, or `contract`. */
  readonly promise: StorePromise
  /** Opens an engine, runs the case and closes the engine; rejects when the store fails the case. */
  readonly run: () => Promise<void>
}

/** How many random histories are run. */
export interface SuiteOptions {
  /** How many random histories each of the two random cases runs. Default 1000. */
  readonly histories?: number
  /** The seed of the random histories. Default: a new one each time; a failure prints it. */
  readonly seed?: number
}

/**
 * Lists everything that a store must do, for any test runner to loop over.
 *
 * A known exception is shown with its reason, and run all the same: it may hold on this engine, and
 * it must not hang.
 *
 * @param subject The store, and the cases that it does not pass.
 * @param options How many random histories.
 * @returns The cases, each with an engine of its own.
 * @throws {Error} When a known exception is not the name of a case.
 *
 * @example
 * const open = () => {
 *   const store = memoryStore<CaseUser, CaseSession>()
 *   return { connect: () => store }
 * }
 * for (const { name, run } of storeSuite({ open })) it(name, run, 120_000)
 */
export function storeSuite(subject: Subject, options: SuiteOptions = {}): readonly SuiteCase[] {
  const { histories = 1000, seed = Math.trunc(Math.random() * 2 ** 31) } = options
  const exceptions = new Map(Object.entries(subject.knownExceptions ?? {}))

  const random = (isFaulty: boolean) => (engine: Engine) =>
    runHistories(engine, { histories, seed, isFaulty })
  const cases: [name: string, promise: StorePromise, run: (engine: Engine) => Promise<void>][] = [
    ...storeCases.map(({ name, promise, run }): (typeof cases)[number] => [
      name,
      promise,
      async (engine) => {
        const store = await engine.connect(unpaced)
        if (await withPlainIds(store).readUser('ada')) {
          throw new Error('open() must return an empty engine')
        }
        await run(store)
      },
    ]),
    ['P1, P2, P7: random histories are linearizable', 'P1', random(false)],
    ['P4: random histories with lost answers are linearizable', 'P4', random(true)],
  ]
  const suite = cases.map(([name, promise, run]) => {
    const reason = exceptions.get(name)
    exceptions.delete(name)
    return {
      name: reason ? `${name} (known exception: ${reason})` : name,
      promise,
      run: () => onEngine(run, reason),
    }
  })
  if (exceptions.size > 0) {
    const names = [...exceptions.keys()].join('; ')
    throw new Error(`knownExceptions has names that are not cases: ${names}`)
  }
  return suite

  async function onEngine(run: (engine: Engine) => Promise<void>, reason?: string): Promise<void> {
    const engine = await subject.open()
    try {
      await run(engine)
    } catch (error) {
      if (!reason) throw error
    } finally {
      await engine.close?.()
    }
  }
}
