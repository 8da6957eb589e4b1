/** Every combination of choices that the scaffolder offers, and a sample of them. */
import { type Choices, EXTRAS, PROVIDERS, STORES, WAYS, completed } from '../src/choices.ts'
import { UsageError } from '../src/messages.ts'

const ALL_PROVIDERS = PROVIDERS.map(({ name }) => name)

/** Every subset of a list. */
function subsetsOf<Item>(items: readonly Item[]): Item[][] {
  return items.reduce<Item[][]>(
    (subsets, item) => [...subsets, ...subsets.map((subset) => [...subset, item])],
    [[]],
  )
}

/** The choices, or `null` if the scaffolder refuses them. */
function choicesOf(chosen: Partial<Choices>): Choices | null {
  try {
    return completed(chosen, 'workers')
  } catch (error) {
    if (error instanceof UsageError) return null
    throw error
  }
}

/**
 * Every store with every set of ways and every set of extras. Providers are independent of them, so those
 * with accounts at providers have all providers, and each set of providers occurs once on each store.
 */
export function allChoices(): readonly Choices[] {
  const ways = subsetsOf(WAYS.map(({ name }) => name))
  const extras = subsetsOf(EXTRAS.map(({ name }) => name))
  const providers = subsetsOf(ALL_PROVIDERS).filter(
    ({ length }) => length > 0 && length < ALL_PROVIDERS.length,
  )
  return STORES.flatMap(({ name: store }) => [
    ...ways.flatMap((someWays) =>
      extras.map((someExtras) =>
        choicesOf({
          store,
          ways: someWays,
          extras: someExtras,
          ...(someWays.includes('oauth') && { providers: ALL_PROVIDERS }),
        }),
      ),
    ),
    ...providers.map((some) => choicesOf({ store, ways: ['oauth'], extras: [], providers: some })),
  ]).filter((choices) => choices !== null)
}

/** A name for the folder of a project. */
export function nameOf({ store, ways, extras, providers }: Choices): string {
  const chosen = providers.length === ALL_PROVIDERS.length ? [] : providers
  return [store, ...ways, ...extras, ...chosen].join('-')
}

/** A small sample in which every two values of two different choices occur together. */
export function pairwise(all: readonly Choices[]): readonly Choices[] {
  const pairs = new Map(all.map((choices) => [choices, pairsOf(choices)]))
  const missing = new Set([...pairs.values()].flat())
  const sample: Choices[] = []
  while (missing.size > 0) {
    const gainOf = (choices: Choices) =>
      pairs.get(choices)!.filter((pair) => missing.has(pair)).length
    const best = all.reduce((one, other) => (gainOf(other) > gainOf(one) ? other : one))
    sample.push(best)
    for (const pair of pairs.get(best)!) missing.delete(pair)
  }
  return sample
}

function pairsOf({ store, ways, extras, providers }: Choices): string[] {
  const chosen: readonly string[] = [...ways, ...extras]
  const values = [
    store,
    ...[...WAYS, ...EXTRAS].map(({ name }) => (chosen.includes(name) ? name : `no ${name}`)),
    ...(ways.includes('oauth')
      ? ALL_PROVIDERS.map((name) => (providers.includes(name) ? name : `no ${name}`))
      : []),
  ]
  return values.flatMap((one, index) => values.slice(index + 1).map((other) => `${one}+${other}`))
}
