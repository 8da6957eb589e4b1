/** Text that is safe inside a page. */

/** What may stand in a page. */
type Part = Html | string | number | undefined | false | readonly Part[]

/** Only `html` and `trusted` make one. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** Joins parts into HTML: whatever is not HTML already is escaped, and `false` is left out. */
export function html(fixed: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(fixed.map((text, at) => text + textOf(parts[at])).join(''))
}

/** Our own markup, as it is. */
export function trusted(text: string): Html {
  return new Html(text)
}

function textOf(part: Part): string {
  if (part instanceof Html) return part.text
  if (part === undefined || part === false) return ''
  if (typeof part === 'object') return part.map(textOf).join('')
  return String(part).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
