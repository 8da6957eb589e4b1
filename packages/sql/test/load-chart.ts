/** Draws the chart of `load.md`: the time of one read over the number of stored sessions. */
import { decadesOf, svgOf } from '../../../apps/bench/src/svg.ts'

/** What was measured on one engine, in order of size. Times are milliseconds. */
export interface Curve {
  readonly name: string
  readonly points: readonly {
    readonly sessions: number
    readonly median: number
    readonly p99: number
  }[]
}

/** Draws the chart, as the text of an SVG file. */
export function chartOf(curves: readonly Curve[]): Promise<string> {
  const values = curves.flatMap(({ name, points }) =>
    points.flatMap(({ sessions, median, p99 }) => [
      { engine: name.replace(/ .*/, ''), sessions, time: median, value: 'median' },
      { engine: name.replace(/ .*/, ''), sessions, time: p99, value: '99th percentile' },
    ]),
  )
  const decades = decadesOf(values.map(({ time }) => time))
  const sizes = [...new Set(values.map(({ sessions }) => sessions))]
  const engine = { field: 'engine', type: 'nominal', sort: null } as const
  return svgOf({
    title: ['One strong read: median (solid line)', 'and 99th percentile (dashed line)'],
    margin: { left: 66, right: 42 },
    spec: {
      data: { values },
      width: 290,
      height: 300,
      mark: { type: 'line', point: { size: 40 } },
      encoding: {
        x: {
          field: 'sessions',
          type: 'quantitative',
          scale: { type: 'log', domain: [Math.min(...sizes), Math.max(...sizes)] },
          axis: { title: 'stored sessions', values: sizes, format: ',', grid: false },
        },
        y: {
          field: 'time',
          type: 'quantitative',
          scale: { type: 'log', domain: [decades[0]!, decades.at(-1)!] },
          axis: {
            title: null,
            values: decades,
            labelExpr: "datum.value < 1 ? datum.value * 1000 + ' µs' : datum.value + ' ms'",
          },
        },
        color: engine,
        shape: engine,
        strokeDash: {
          field: 'value',
          type: 'nominal',
          scale: { domain: ['median', '99th percentile'], range: [[], [5, 4]] },
          legend: null,
        },
      },
    },
  })
}
