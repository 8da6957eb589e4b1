/** Turns ways into text that a page can run. */
import type { Way } from './ways.ts'

/** What the code of a way may use. A worker knows only the first part. */
const WORDS = `
const post = { method: 'POST', credentials: 'include', body: 'a=1' }
const via = (status, origin) =>
  (origin || self.origin) + '/lab/redirect?status=' + status + '&to=' + encodeURIComponent(url)
const add = (tag, attributes) => {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  document.documentElement.append(element)
  return element
}
const frame = (attributes) => add('iframe', attributes)
const link = (href, attributes = {}) => add('a', { href, ...attributes })
const form = (action, attributes = {}) => {
  const form = add('form', { action, method: 'post', ...attributes })
  form.innerHTML = '<input name=a value=1>'
  form.submit()
}
const speculate = (what) => add('script', { type: 'speculationrules' }).append(
  JSON.stringify({ [what]: [{ source: 'list', urls: [url], eagerness: 'immediate' }] }),
)
`

/** The origins that a way's code may name. */
export interface Cast {
  readonly sibling: string
  readonly stranger: string
}

/** A way's code with all that it needs, for a page of its own. */
function alone({ code }: Way, url: string, cast: Cast): string {
  return `{
const url = ${JSON.stringify(url)}
const { sibling, stranger } = ${JSON.stringify(cast)}
${WORDS}
${code}
}`
}

/** The code of ways that run at the same place, for the page that makes that place. */
export function staged(
  where: string,
  ways: readonly Way[],
  urlOf: (way: Way) => string,
  cast: Cast,
): string {
  // A form comes last: it is the end of its frame.
  const isForm = ({ code }: Way) => code.startsWith('form(')
  const inOrder = [...ways.filter((way) => !isForm(way)), ...ways.filter(isForm)]
  const text = inOrder.map((way) => alone(way, urlOf(way), cast)).join('\n')
  const page = JSON.stringify(`<!doctype html><body><script>${text}</script>`)
  switch (where) {
    case 'sandboxed frame':
    case 'sandboxed frame, top':
      return inFrame(
        `{ sandbox: 'allow-scripts allow-forms allow-top-navigation', srcdoc: ${page} }`,
      )
    case 'data: frame':
      return inFrame(`{ src: 'data:text/html,' + encodeURIComponent(${page}) }`)
    case 'blob: frame':
      return inFrame(`{ src: URL.createObjectURL(new Blob([${page}], { type: 'text/html' })) }`)
    case 'srcdoc frame':
      return inFrame(`{ srcdoc: ${page} }`)
    case 'worker':
      return `new Worker(URL.createObjectURL(new Blob([${JSON.stringify(text)}])))`
    case 'service worker':
      return `navigator.serviceWorker?.register(
  '/lab/script?text=' + encodeURIComponent(${JSON.stringify(text)}),
  { scope: '/lab' + ${JSON.stringify(new URL(urlOf(ways[0]!)).pathname)} },
)`
    default:
      return text
  }
}

function inFrame(attributes: string): string {
  return `document.body.append(Object.assign(document.createElement('iframe'), ${attributes}))`
}
