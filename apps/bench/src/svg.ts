/** Draws a chart that stays readable on a phone, and on light and dark pages. */
import { type TopLevelSpec, compile } from 'vega-lite'
import { View, parse } from 'vega'

/** Light and dark variants. Each but the grid's has a contrast of at least 4.5:1 with its paper. */
const THEME = {
  paper: ['#ffffff', '#0d1117'],
  ink: ['#1f2328', '#e6edf3'],
  grid: ['#d1d9e0', '#3d444d'],
  green: ['#1a7f37', '#3fb950'],
  orange: ['#bc4c00', '#f0883e'],
  blue: ['#0969da', '#58a6ff'],
  violet: ['#8250df', '#bc8cff'],
} as const

const variables = (variant: 0 | 1) =>
  Object.entries(THEME)
    .map(([name, colors]) => `--${name}: ${colors[variant]}`)
    .join('; ')
const STYLE = `<style>svg { ${variables(0)} } @media (prefers-color-scheme: dark) { svg { ${variables(1)} } }</style>`

/** What {@link svgOf} draws. */
export interface Chart {
  /** Shown above the chart, one string a line. */
  readonly title: readonly string[]
  /** Space in pixels for the labels at the left and right of the plot. */
  readonly margin: { readonly left: number; readonly right: number }
  /** A Vega-Lite specification. */
  readonly spec: TopLevelSpec
}

/** The powers of ten from the one below all values to the one above them. */
export function decadesOf(values: readonly number[]): number[] {
  const from = Math.floor(Math.log10(Math.min(...values)))
  const to = Math.ceil(Math.log10(Math.max(...values)))
  return Array.from({ length: to - from + 1 }, (_, n) => 10 ** (from + n))
}

/** Draws a chart with Vega-Lite, and returns the text of an SVG file. */
export async function svgOf({ title, margin, spec }: Chart): Promise<string> {
  const [ink, grid] = ['var(--ink)', 'var(--grid)']
  const text = { labelColor: ink, labelFontSize: 13, labelLimit: 0 }
  const { spec: vega } = compile({
    ...spec,
    title: [...title],
    padding: { ...margin, top: 78, bottom: 50 },
    config: {
      // Vega cannot measure text without a browser, so the margins are given.
      autosize: 'none',
      background: 'var(--paper)',
      font: 'system-ui, sans-serif',
      title: { color: ink, fontSize: 14, anchor: 'start', frame: 'group', dx: 12 - margin.left },
      view: { stroke: null },
      axis: {
        ...text,
        titleColor: ink,
        titleFontSize: 13,
        titleFontWeight: 'normal',
        domain: false,
        gridColor: grid,
        tickColor: grid,
        labelOverlap: false,
        labelFlush: false,
      },
      legend: { ...text, title: null, orient: 'top', offset: 8 },
      range: { category: ['green', 'orange', 'blue', 'violet'].map((name) => `var(--${name})`) },
    },
  })
  const svg = await new View(parse(vega), { renderer: 'none' }).toSVG()
  const head = ` role="img"><title>${title.join(' ')}</title>${STYLE}`
  // The image has one text alternative, so its parts need no roles.
  const plain = svg.replaceAll(/ (aria-[\w-]+|role|class|pointer-events)="[^"]*"/g, '')
  return `${plain.replace('>', head).replaceAll('><', '>\n<')}\n`
}
