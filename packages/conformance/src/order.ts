/**
 * Can some order explain these answers? Each call took effect at one moment between its start and its
 * end, and its answer is what the rules say of the state at that moment (Herlihy and Wing, 1990).
 */

/** One call on one thing, as somebody outside saw it. */
export interface Observed<State> {
  /** What it was and what it answered, for people. */
  readonly text: string
  /** When it began, counted in events. */
  readonly started: number
  /** When its answer came; infinite when none came, so that it may take effect at any time later. */
  readonly ended: number
  /** Whether it may also have had no effect on this thing. */
  readonly optional?: boolean
  /** The state after it, or `undefined` when its answer cannot be: a rule of the model. */
  readonly effect: (state: State) => State | undefined
}

/**
 * Looks for an order of calls that explains all answers.
 *
 * @param start The state before all calls.
 * @param calls What was seen, on one thing. At most 30.
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
