/** Medians, quartiles and ratios of interleaved rounds. */

/** The value that a share of all values do not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).toSorted()
  const at = share * (sorted.length - 1)
  const low = sorted[Math.floor(at)] ?? NaN
  const high = sorted[Math.ceil(at)] ?? NaN
  return low + (high - low) * (at % 1)
}

export interface Spread {
  readonly median: number
  readonly low: number
  readonly high: number
}

/** The median and the two quartiles. */
export function spreadOf(values: readonly number[]): Spread {
  return {
    median: quantile(values, 0.5),
    low: quantile(values, 0.25),
    high: quantile(values, 0.75),
  }
}

/** The ratios of two subjects in the same rounds. */
export function ratiosOf(times: readonly number[], floor: readonly number[]): Spread {
  return spreadOf(times.flatMap((time, n) => (floor[n] === undefined ? [] : time / floor[n])))
}
