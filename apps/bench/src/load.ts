/** How much of an app's throughput Limen costs. */

/** One app with and without Limen. */
export interface Load {
  readonly app: string
  readonly sessions: number
  readonly connections: number
  readonly limen: Throughput
  readonly bare: Throughput
}

/** Milliseconds but for the first. */
export interface Throughput {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
}
