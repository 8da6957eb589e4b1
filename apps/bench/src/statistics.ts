/** Medians, quartiles and ratios. */
import { quantile } from 'd3-array'

/** The median of some values, between the quartiles that half of them lie within. */
export interface Spread {
  readonly least: number
  readonly low: number
  readonly median: number
  readonly high: number
}

/** The value that a share of all values do not exceed. */
export const quantileOf = (values: readonly number[], share: number): number =>
  quantile(values, share) ?? 0

export function spreadOf(values: readonly number[]): Spread {
  const [least, low, median, high] = [0, 0.25, 0.5, 0.75].map((share) => quantileOf(values, share))
  return { least: least!, low: low!, median: median!, high: high! }
}

export const medianOf = (values: readonly number[]): number => quantileOf(values, 0.5)

/** The ratios of two subjects in the same rounds. */
export function ratioOf(
  values: readonly number[] | undefined,
  base: readonly number[] | undefined,
): Spread | undefined {
  return values && base && spreadOf(values.map((value, round) => value / base[round]!))
}
