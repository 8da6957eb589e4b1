/** The chart of `results.md`: the time of one active session, by library and runtime. */
import { type RuntimeResult, floorOf, timesOf } from './results.ts'
import { type RuntimeName, runtimeNames } from './runtimes.ts'
import { ratioOf } from './statistics.ts'
import { decadesOf, svgOf } from './svg.ts'

const WORKLOAD = 'active, 12 cookies'

/** Draws the chart, as the text of an SVG file. */
export function chartOf(runtimes: Partial<Record<RuntimeName, RuntimeResult>>): Promise<string> {
  const values = runtimeNames.flatMap((runtime) => {
    const result = runtimes[runtime]
    if (!result) return []
    const base = timesOf(result, floorOf(result), WORKLOAD)
    return result.timed
      .filter(({ subject, workload }) => workload === WORKLOAD && !/floor|compat/.test(subject))
      .map(({ subject, times }) => ({ runtime, subject, ...ratioOf(times, base) }))
  })
  const decades = decadesOf(values.flatMap(({ low = 1, high = 1 }) => [1, low, high]))
  const runtime = { field: 'runtime', type: 'nominal', sort: [...runtimeNames] } as const
  return svgOf({
    title: ['One active session with 12 cookies:', 'time as a multiple of the floor’s'],
    margin: { left: 172, right: 36 },
    spec: {
      data: { values },
      width: 250,
      height: { step: 11 },
      encoding: {
        y: {
          field: 'subject',
          type: 'nominal',
          sort: { field: 'median', op: 'min' },
          axis: { title: null, ticks: false },
          scale: { paddingInner: 0.3 },
        },
        yOffset: runtime,
        color: runtime,
      },
      layer: [
        {
          mark: { type: 'rule', strokeWidth: 2 },
          encoding: {
            x: {
              field: 'low',
              type: 'quantitative',
              scale: { type: 'log', domain: [decades[0]!, decades.at(-1)!] },
              axis: {
                title: 'median and quartiles',
                values: decades,
                labelExpr: "format(datum.value, ',') + ' ×'",
              },
            },
            x2: { field: 'high' },
          },
        },
        {
          mark: { type: 'point', filled: true, size: 50, opacity: 1 },
          encoding: { x: { field: 'median', type: 'quantitative' }, shape: runtime },
        },
      ],
    },
  })
}
