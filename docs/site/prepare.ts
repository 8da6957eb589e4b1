/**
 * Copies the Markdown of the repository to `site/content/docs`, with what Starlight needs: a title and a
 * description in place of the heading, and links to pages of the site.
 */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SECTIONS, slugOf } from './pages.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const content = fileURLToPath(new URL('content/docs', import.meta.url))
const repository = (
  JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { readonly homepage: string }
).homepage

const MEASURED: readonly string[] = [
  'apps/lab/matrix.md',
  'apps/bench/results.md',
  'packages/conformance/soak.md',
]

const paths = SECTIONS.flatMap(({ pages }) => pages)
const unlisted = readdirSync(`${root}docs`, { recursive: true, encoding: 'utf8' })
  .filter(
    (path) =>
      path.endsWith('.md') && !/^(node_modules|site|dist)\//.test(path) && path !== 'README.md',
  )
  .filter((path) => !paths.includes(`docs/${path}`))
if (unlisted.length > 0) {
  throw new Error(
    `Add to SECTIONS in docs/site/pages.ts: ${unlisted.map((path) => `docs/${path}`).join(', ')}`,
  )
}

rmSync(content, { recursive: true, force: true })
for (const path of paths) {
  const file = join(content, `${slugOf(path)}.md`)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, pageOf(path))
}
const home = readFileSync(new URL('home.mdx', import.meta.url), 'utf8')
writeFileSync(join(content, 'index.mdx'), home)

/** The page for a file, with front matter. */
function pageOf(path: string): string {
  const source = readFileSync(root + path, 'utf8')
  const [, title, text] = /^# (.+)\n+([^]*)$/.exec(source) ?? []
  if (!title || text === undefined) throw new Error(`${path} must begin with a heading: # Title`)
  const head = {
    title: plain(title),
    description: descriptionOf(text),
    // Long tables of measurements would come before the pages that answer a question.
    ...(MEASURED.includes(path) && { pagefind: false }),
    editUrl: `${repository}/edit/main/${path}`,
  }
  const lines = Object.entries(head).map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
  return `---\n${lines.join('\n')}\n---\n\n${withTables(withLinks(withoutMarks(text), path))}`
}

/** The first paragraph, for search engines: at most 160 characters, cut between words. */
function descriptionOf(text: string): string {
  const paragraph = text.split('\n\n').find((block) => /^[\p{L}`[*"]/u.test(block)) ?? ''
  const words = plain(paragraph).split(/\s+/)
  let description = ''
  for (const word of words) {
    if (description.length + word.length > 158) return `${description}…`
    description += description ? ` ${word}` : word
  }
  return description
}

function plain(markdown: string): string {
  return markdown
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[`*]/g, '')
    .replaceAll(/<[^>]+>/g, '')
}

/** Without the comments that mark embedded programs, and without the words after a language. */
function withoutMarks(text: string): string {
  return text
    .replaceAll(/^<!-- \/?automd[^]*?-->\n+/gm, '')
    .replaceAll(/^(```\w+) (?:ignore|no-run).*$/gm, '$1')
}

/** With each table in a box that scrolls by itself, also by keyboard. A header cell without text gets one. */
function withTables(text: string): string {
  return text.replaceAll(/(?:^\|.*\n)+/gm, (table) => {
    const [header = '', ...rows] = table.split('\n')
    const named = header.replaceAll(/\| +(?=\|)/g, '| <span class="sr-only">Cell</span> ')
    const box = '<div class="table" tabindex="0" role="group" aria-label="Table">'
    return `${box}\n\n${[named, ...rows].join('\n')}\n</div>\n`
  })
}

/** Links to other files as links to pages of the site, or to the repository. */
function withLinks(text: string, path: string): string {
  // Code has no links.
  return text
    .split(/^(```[^]*?^```)/m)
    .map((part, index) =>
      index % 2 === 1
        ? part
        : part.replaceAll(
            /\]\((?!https?:|mailto:|#)([^)\s]+)\)/g,
            (_, link: string) => `](${resolved(link, path)})`,
          ),
    )
    .join('')
}

function resolved(link: string, path: string): string {
  const [to = '', anchor] = link.split('#')
  const target = posix.normalize(posix.join(posix.dirname(path), to)).replace(/\/$/, '')
  const page = [target, `${target}/README.md`].find((one) => paths.includes(one))
  const fragment = anchor ? `#${anchor}` : ''
  if (page) return `/${slugOf(page)}/${fragment}`
  if (target === 'docs/README.md' || target === 'README.md' || target === 'docs')
    return `/${fragment}`
  const isImage = /\.(svg|png)$/.test(target)
  if (target.startsWith('..')) return `${repository}/${target.replaceAll('../', '')}`
  return `${repository}/${isImage ? 'raw' : /\.\w+$/.test(target) ? 'blob' : 'tree'}/main/${target}${fragment}`
}
