/** Turns rows of the matrix into JavaScript that a page can run. */
import type { Row } from './matrix.ts'

/** What the code of a row can use. A worker can use only the first part. */
const HELPERS = `
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

/** The origins that the code of a row can name. */
export interface OtherOrigins {
  readonly sibling: string
  readonly other: string
}

/** A row's code in a block of its own, with all that it uses. */
function blockOf({ code }: Row, url: string, origins: OtherOrigins): string {
  return `{
const url = ${JSON.stringify(url)}
const { sibling, other } = ${JSON.stringify(origins)}
${HELPERS}
${code}
}`
}

/** The code of rows that run in the same context, for the page that creates this context. */
export function pageCode(
  where: string,
  rows: readonly Row[],
  urlOf: (row: Row) => string,
  origins: OtherOrigins,
): string {
  // A form comes last, because it replaces the page of its frame.
  const isForm = ({ code }: Row) => code.startsWith('form(')
  const inOrder = [...rows.filter((row) => !isForm(row)), ...rows.filter(isForm)]
  const text = inOrder.map((row) => blockOf(row, urlOf(row), origins)).join('\n')
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
  { scope: '/lab' + ${JSON.stringify(new URL(urlOf(rows[0]!)).pathname)} },
)`
    default:
      return text
  }
}

function inFrame(attributes: string): string {
  return `document.body.append(Object.assign(document.createElement('iframe'), ${attributes}))`
}
