/** Escaped HTML. */

/** A value in an HTML template. */
type Part = Html | string | number | undefined | false | readonly Part[]

/** Markup. Only `html` and `trusted` create it. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** Joins parts into HTML: parts that are not `Html` are escaped, and `false` is omitted. */
export function html(fixed: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(fixed.map((text, at) => text + textOf(parts[at])).join(''))
}

/** Our own markup, unescaped. */
export function trusted(text: string): Html {
  return new Html(text)
}

function textOf(part: Part): string {
  if (part instanceof Html) return part.text
  if (part === undefined || part === false) return ''
  if (typeof part === 'object') return part.map(textOf).join('')
  return String(part).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
