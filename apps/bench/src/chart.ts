/** Draws the chart of `results.md`: one bar for each subject and runtime, over a logarithmic axis. */
import { type RuntimeResult, floorOf, timesOf } from './results.ts'
import { type RuntimeName, runtimeNames } from './runtimes.ts'
import { spreadOf } from './statistics.ts'

const WORKLOAD = 'active, 12 cookies'
const FLOOR = 'written by hand'
const WIDTH = 720
const LEFT = 180
const RIGHT = 640
const TOP = 74
const BAR = 9
const GAP = 13

/** The chart, as the text of an SVG file. */
export function chartOf(runtimes: Partial<Record<RuntimeName, RuntimeResult>>): string {
  const names = runtimeNames.filter((name) => runtimes[name])
  const place = (row: string, name: RuntimeName) => {
    const result = runtimes[name]!
    const times = timesOf(result, row === FLOOR ? floorOf(result) : row, WORKLOAD)
    return times && spreadOf(times)
  }
  const others = runtimes[names[0]!]!.timed.filter(
    ({ subject, workload }) => workload === WORKLOAD && !/floor|compat/.test(subject),
  )
    .map(({ subject, times }) => ({ subject, median: spreadOf(times).median }))
    .toSorted((a, b) => a.median - b.median)
  const rows = [FLOOR, ...others.map(({ subject }) => subject)]

  const all = rows.flatMap((row) =>
    names.flatMap((name) => {
      const time = place(row, name)
      return time ? [time.low, time.high] : []
    }),
  )
  const from = Math.floor(Math.log10(Math.min(...all)))
  const to = Math.ceil(Math.log10(Math.max(...all)))
  const x = (time: number) => LEFT + ((Math.log10(time) - from) / (to - from)) * (RIGHT - LEFT)
  const height = TOP + rows.length * (names.length * BAR + GAP) + 40
  const bottom = height - 40

  const marks: string[] = []
  for (let decade = from; decade <= to; decade++) {
    const at = x(10 ** decade).toFixed(1)
    marks.push(
      `<line class="grid" x1="${at}" x2="${at}" y1="${TOP - 6}" y2="${bottom}"/>`,
      `<text x="${at}" y="${bottom + 20}" text-anchor="middle">${timeText(10 ** decade)}</text>`,
    )
  }
  const bars = rows.map((row, n) => {
    const top = TOP + n * (names.length * BAR + GAP)
    const own = names.flatMap((name, at) => {
      const time = place(row, name)
      if (!time) return []
      const y = top + at * BAR
      const middle = y + BAR / 2 - 0.5
      return [
        `<rect class="r${at}" x="${LEFT}" y="${y}" width="${(x(time.median) - LEFT).toFixed(1)}" height="${BAR - 1}"/>`,
        `<line class="spread" x1="${x(time.low).toFixed(1)}" x2="${x(time.high).toFixed(1)}" y1="${middle}" y2="${middle}"/>`,
      ]
    })
    const middle = top + (names.length * BAR) / 2
    return `<text class="${row === 'Limen' ? 'us' : ''}" x="${LEFT - 10}" y="${middle}" dy="4" text-anchor="end">${row}</text>\n${own.join('\n')}`
  })
  const legend = names.map(
    (name, n) =>
      `<rect class="r${n}" x="${LEFT + n * 110}" y="44" width="12" height="12"/><text x="${LEFT + n * 110 + 18}" y="54">${name}</text>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title">
<title id="title">Time to tell whose session it is, by library and runtime</title>
<style>
svg { --paper: #ffffff; --ink: #1f2328; --faint: #d1d9e0; --r0: #1a7f37; --r1: #bc4c00; --r2: #0969da }
@media (prefers-color-scheme: dark) {
svg { --paper: #0d1117; --ink: #e6edf3; --faint: #3d444d; --r0: #3fb950; --r1: #f0883e; --r2: #58a6ff }
}
text { font: 13px system-ui, sans-serif; fill: var(--ink) }
.name { font-size: 16px; font-weight: 600 }
.us { font-weight: 700 }
.grid { stroke: var(--faint) }
.spread { stroke: var(--ink); stroke-width: 1.5 }
.r0 { fill: var(--r0) } .r1 { fill: var(--r1) } .r2 { fill: var(--r2) }
</style>
<rect width="${WIDTH}" height="${height}" fill="var(--paper)"/>
<text class="name" x="20" y="28">One active session, 12 cookies: median and quartiles, logarithmic</text>
${legend.join('\n')}
${marks.join('\n')}
${bars.join('\n')}
</svg>
`
}

function timeText(microseconds: number): string {
  return microseconds < 1000 ? `${microseconds} µs` : `${microseconds / 1000} ms`
}
