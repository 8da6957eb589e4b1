/**
 * Checks linearizability: each call takes effect at one moment between its start and its end, and its
 * answer must be possible in the state at that moment (Herlihy and Wing, 1990).
 */

/** One call on one session or user, as a client observed it. */
export interface Observed<State> {
  /** The call and its answer, for the report. */
  readonly text: () => string
  /** When it began, counted in events. */
  readonly started: number
  /** When its answer came; infinite when it was lost: the call can take effect at any later time. */
  readonly ended: number
  /** Whether it can also have had no effect. */
  readonly optional?: boolean
  /** Returns the state after it, or `undefined` when its answer is impossible in that state. */
  readonly effect: (state: State) => State | undefined
}

/**
 * Looks for an order of calls that explains all answers.
 *
 * @param start The state before all calls.
 * @param calls The calls on one session or user. At most 30.
 * @returns Whether there is such an order.
 */
export function isExplained<State>(start: State, calls: readonly Observed<State>[]): boolean {
  const hopeless = new Set<string>()
  const all = 2 ** calls.length - 1
  return from(start, 0)

  function from(state: State, done: number): boolean {
    if (done === all) return true
    const here = `${done} ${JSON.stringify(state)}`
    if (hopeless.has(here)) return false
    const open = calls.filter((_, index) => !(done & (1 << index)))
    const firstEnd = Math.min(...open.map(({ ended }) => ended))
    for (const [index, call] of calls.entries()) {
      if (done & (1 << index) || call.started > firstEnd) continue
      const next = call.effect(state)
      const after = done | (1 << index)
      if (next !== undefined && from(next, after)) return true
      if (call.optional && from(state, after)) return true
    }
    hopeless.add(here)
    return false
  }
}
