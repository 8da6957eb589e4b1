/** Draws the chart of `load.md`: both axes are logarithmic, and it reads well on light and on dark. */

/** What was measured on one engine, in order of size. Times are milliseconds. */
export interface Curve {
  readonly name: string
  readonly points: readonly {
    readonly sessions: number
    readonly median: number
    readonly p99: number
  }[]
}

const WIDTH = 720
const HEIGHT = 420
const LEFT = 70
const RIGHT = 560
const TOP = 60
const BOTTOM = 360

/** Told apart by eyes of every kind, on white and on black. */
const COLORS = [
  ['#0969da', '#58a6ff'],
  ['#bc4c00', '#f0883e'],
  ['#1a7f37', '#3fb950'],
  ['#8250df', '#bc8cff'],
] as const

/** The chart, as the text of an SVG file. */
export function chartOf(curves: readonly Curve[]): string {
  const points = curves.flatMap((curve) => curve.points)
  const sizes = [...new Set(points.map(({ sessions }) => sessions))]
  const times = points.flatMap(({ median, p99 }) => [median, p99])
  const decades = [
    Math.floor(Math.log10(Math.min(...times))),
    Math.ceil(Math.log10(Math.max(...times))),
  ] as const
  const scale = (value: number, from: number, to: number, start: number, end: number) =>
    start + ((Math.log10(value) - from) / (to - from)) * (end - start)
  const x = (sessions: number) =>
    scale(sessions, Math.log10(Math.min(...sizes)), Math.log10(Math.max(...sizes)), LEFT, RIGHT)
  const y = (time: number) => scale(time, decades[0], decades[1], BOTTOM, TOP)
  const round = (value: number) => value.toFixed(1)

  const marks: string[] = []
  for (let decade = decades[0]; decade <= decades[1]; decade++) {
    const at = round(y(10 ** decade))
    marks.push(
      `<line class="grid" x1="${LEFT}" x2="${RIGHT}" y1="${at}" y2="${at}"/>`,
      `<text x="${LEFT - 10}" y="${at}" dy="4" text-anchor="end">${timeText(10 ** decade)}</text>`,
    )
  }
  for (const size of sizes) {
    const at = round(x(size))
    marks.push(
      `<line class="tick" x1="${at}" x2="${at}" y1="${BOTTOM}" y2="${BOTTOM + 5}"/>`,
      `<text x="${at}" y="${BOTTOM + 22}" text-anchor="middle">${size.toLocaleString('en')}</text>`,
    )
  }

  const labels = spread(curves.map((curve) => y(curve.points.at(-1)?.median ?? 1)))
  const lines = curves.map((curve, index) => {
    const path = (which: 'median' | 'p99') =>
      curve.points.map((point) => `${round(x(point.sessions))},${round(y(point[which]))}`).join(' ')
    const dots = curve.points.map(
      (point) => `<circle cx="${round(x(point.sessions))}" cy="${round(y(point.median))}" r="4"/>`,
    )
    return `<g class="c${index}">
<polyline class="p99" points="${path('p99')}"/>
<polyline points="${path('median')}"/>
${dots.join('')}
<text x="${RIGHT + 14}" y="${round(labels[index]!)}" dy="4">${curve.name.replace(/ \(.*/, '')}</text>
</g>`
  })

  const colors = (theme: 0 | 1) =>
    curves
      .map((_, index) => `.c${index} { --own: ${COLORS[index % COLORS.length]![theme]} }`)
      .join(' ')
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="title">
<title id="title">Time of one read over the number of stored sessions</title>
<style>
svg { --paper: #ffffff; --ink: #1f2328; --faint: #d1d9e0 }
${colors(0)}
@media (prefers-color-scheme: dark) {
svg { --paper: #0d1117; --ink: #e6edf3; --faint: #3d444d }
${colors(1)}
}
text { font: 13px system-ui, sans-serif; fill: var(--ink) }
.name { font-size: 16px; font-weight: 600 }
.grid { stroke: var(--faint) }
.tick { stroke: var(--ink) }
polyline { fill: none; stroke: var(--own); stroke-width: 2.5 }
.p99 { stroke-width: 1.5; stroke-dasharray: 5 4 }
circle { fill: var(--own) }
g text { fill: var(--own); font-weight: 600 }
</style>
<rect width="${WIDTH}" height="${HEIGHT}" fill="var(--paper)"/>
<text class="name" x="20" y="30">One strong read: median (solid) and 99th percentile (dashed)</text>
${marks.join('\n')}
${lines.join('\n')}
<text x="${(LEFT + RIGHT) / 2}" y="${BOTTOM + 46}" text-anchor="middle">stored sessions</text>
</svg>
`
}

/** The same places, moved down where two labels would overlap. */
function spread(places: readonly number[]): number[] {
  const moved = [...places]
  const order = places.map((_, index) => index).toSorted((a, b) => places[a]! - places[b]!)
  for (const [rank, index] of order.entries()) {
    if (rank > 0) moved[index] = Math.max(moved[index]!, moved[order[rank - 1]!]! + 18)
  }
  return moved
}

function timeText(milliseconds: number): string {
  return milliseconds < 1
    ? `${Number((milliseconds * 1000).toPrecision(2))} µs`
    : `${milliseconds} ms`
}
