/** Medians and quartiles. */

/** What half of all values lie between, and their middle. */
export interface Spread {
  readonly least: number
  readonly low: number
  readonly median: number
  readonly high: number
}

/** The least value, the median and the two quartiles. */
export function spreadOf(values: readonly number[]): Spread {
  return {
    least: quantile(values, 0),
    low: quantile(values, 0.25),
    median: quantile(values, 0.5),
    high: quantile(values, 0.75),
  }
}

/** The value that a share of all values do not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).toSorted()
  const at = share * (sorted.length - 1)
  const low = sorted[Math.floor(at)] ?? 0
  const high = sorted[Math.ceil(at)] ?? 0
  return low + (high - low) * (at % 1)
}
