/** The whole suite for one store, as data. */
import { withPlainIds } from '@limen/core/store-kit'
import { type Engine, type Subject, unpaced } from './engine.ts'
import { runHistories } from './history.ts'
import { type StorePromise, storeCases } from './store-cases.ts'

/** One thing that a store must do, ready to be run. */
export interface SuiteCase {
  /** What the store must do; for a declared exception, with the reason why it does not. */
  readonly name: string
  /** Which promise it proves, or that it is what the store's calls say of themselves. */
  readonly promise: StorePromise
  /** Opens an engine, runs the case and closes it; rejects when the store does not do it. */
  readonly run: () => Promise<void>
}

/** How much chance is spent on a store. */
export interface SuiteOptions {
  /** How many random histories each of the two random cases runs. Default 1000. */
  readonly histories?: number
  /** Where chance begins. Default: somewhere else each time; a failure prints it. */
  readonly seed?: number
}

/**
 * All that a store must do, for any test runner to loop over.
 *
 * What the store declares is shown under its name with its reason, and run all the same: it may hold
 * on this engine, and it must not hang.
 *
 * @param subject The store, and what it cannot promise.
 * @param options How much chance.
 * @returns The cases, each with an engine of its own.
 * @throws {Error} When the subject declares a case that does not exist.
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
  const declared = { ...subject.declared }

  const random = (isFaulty: boolean) => (engine: Engine) =>
    runHistories(engine, { histories, seed, isFaulty })
  const cases: [name: string, promise: StorePromise, run: (engine: Engine) => Promise<void>][] = [
    ...storeCases.map(({ name, promise, run }): (typeof cases)[number] => [
      name,
      promise,
      async (engine) => {
        const store = await engine.connect(unpaced)
        if (await withPlainIds(store).readUser('ada'))
          throw new Error('open() must give an empty engine')
        await run(store)
      },
    ]),
    ['P1, P2, P7: random histories make sense', 'P1', random(false)],
    ['P4: random histories with lost answers', 'P4', random(true)],
  ]
  const suite = cases.map(([name, promise, run]) => {
    const because = declared[name]
    delete declared[name]
    return {
      name: because ? `${name} (declared: ${because})` : name,
      promise,
      run: () => opened(run, because),
    }
  })
  const unknown = Object.keys(declared)
  if (unknown.length) throw new Error(`declared, but no case: ${unknown.join('; ')}`)
  return suite

  async function opened(run: (engine: Engine) => Promise<void>, because?: string): Promise<void> {
    const engine = await subject.open()
    try {
      await run(engine)
    } catch (error) {
      if (!because) throw error
    } finally {
      await engine.close?.()
    }
  }
}
