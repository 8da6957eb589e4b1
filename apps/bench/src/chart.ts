/** Draws the chart of `results.md`: one point for each subject and runtime, over a logarithmic axis. */
import { type RuntimeResult, floorOf, ratioOf, timesOf } from './results.ts'
import { type RuntimeName, runtimeNames } from './runtimes.ts'
import { spreadOf } from './statistics.ts'

const WORKLOAD = 'active, 12 cookies'
const WIDTH = 720
const LEFT = 180
const RIGHT = 640
const TOP = 74
const LINE = 10
const GAP = 13

/** The chart, as the text of an SVG file. */
export function chartOf(runtimes: Partial<Record<RuntimeName, RuntimeResult>>): string {
  const names = runtimeNames.filter((name) => runtimes[name])
  const place = (row: string, name: RuntimeName) => {
    const result = runtimes[name]!
    return ratioOf(timesOf(result, row, WORKLOAD), timesOf(result, floorOf(result), WORKLOAD))
  }
  const others = runtimes[names[0]!]!.timed.filter(
    ({ subject, workload }) => workload === WORKLOAD && !/floor|compat/.test(subject),
  )
    .map(({ subject, times }) => ({ subject, median: spreadOf(times).median }))
    .toSorted((a, b) => a.median - b.median)
  const rows = others.map(({ subject }) => subject)

  const all = rows.flatMap((row) =>
    names.flatMap((name) => {
      const ratio = place(row, name)
      return ratio ? [ratio.low, ratio.high] : []
    }),
  )
  const from = Math.min(0, Math.floor(Math.log10(Math.min(...all))))
  const to = Math.ceil(Math.log10(Math.max(...all)))
  const x = (ratio: number) => LEFT + ((Math.log10(ratio) - from) / (to - from)) * (RIGHT - LEFT)
  const height = TOP + rows.length * (names.length * LINE + GAP) + 40
  const bottom = height - 40

  const marks: string[] = []
  for (let decade = from; decade <= to; decade++) {
    const at = x(10 ** decade).toFixed(1)
    marks.push(
      `<line class="${decade === 0 ? 'floor' : 'grid'}" x1="${at}" x2="${at}" y1="${TOP - 6}" y2="${bottom}"/>`,
      `<text x="${at}" y="${bottom + 20}" text-anchor="middle">${(10 ** decade).toLocaleString('en')} ×</text>`,
    )
  }
  const points = rows.map((row, n) => {
    const top = TOP + n * (names.length * LINE + GAP)
    const own = names.flatMap((name, at) => {
      const ratio = place(row, name)
      if (!ratio) return []
      const y = top + (at + 0.5) * LINE
      return [
        `<line class="s${at}" x1="${x(ratio.low).toFixed(1)}" x2="${x(ratio.high).toFixed(1)}" y1="${y}" y2="${y}"/>`,
        `<circle class="r${at}" cx="${x(ratio.median).toFixed(1)}" cy="${y}" r="4"/>`,
      ]
    })
    const middle = top + (names.length * LINE) / 2
    return `<text class="${row === 'Limen' ? 'us' : ''}" x="${LEFT - 10}" y="${middle}" dy="4" text-anchor="end">${row}</text>\n${own.join('\n')}`
  })
  const legend = names.map(
    (name, n) =>
      `<circle class="r${n}" cx="${LEFT + n * 110 + 6}" cy="50" r="5"/><text x="${LEFT + n * 110 + 18}" y="54">${name}</text>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title">
<title id="title">Time to tell whose session it is, to a floor written by hand, by library and runtime</title>
<style>
svg { --paper: #ffffff; --ink: #1f2328; --faint: #d1d9e0; --r0: #1a7f37; --r1: #bc4c00; --r2: #0969da }
@media (prefers-color-scheme: dark) {
svg { --paper: #0d1117; --ink: #e6edf3; --faint: #3d444d; --r0: #3fb950; --r1: #f0883e; --r2: #58a6ff }
}
text { font: 13px system-ui, sans-serif; fill: var(--ink) }
.name { font-size: 16px; font-weight: 600 }
.us { font-weight: 700 }
.grid { stroke: var(--faint) }
.floor { stroke: var(--ink) }
.r0 { fill: var(--r0) } .r1 { fill: var(--r1) } .r2 { fill: var(--r2) }
.s0 { stroke: var(--r0) } .s1 { stroke: var(--r1) } .s2 { stroke: var(--r2) }
</style>
<rect width="${WIDTH}" height="${height}" fill="var(--paper)"/>
<text class="name" x="20" y="28">One active session, 12 cookies, to a floor written by hand: median and quartiles</text>
${legend.join('\n')}
${marks.join('\n')}
${points.join('\n')}
</svg>
`
}
