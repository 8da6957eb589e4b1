/** Writes a Markdown twin of every page into the built site: `/sessions.md` beside `/sessions/`. */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const content = fileURLToPath(new URL('content/docs', import.meta.url))
const dist = fileURLToPath(new URL('../dist', import.meta.url))

for (const path of readdirSync(content, { recursive: true, encoding: 'utf8' })) {
  if (!/\.mdx?$/.test(path)) continue
  const text = readFileSync(join(content, path), 'utf8')
  const [, head = '', body = ''] = /^---\n([^]*?)\n---\n+([^]*)$/.exec(text) ?? []
  const title = /^title: (.+)$/m.exec(head)?.[1] ?? ''
  const twin = join(dist, path.replace(/\/index\.mdx?$/, '.md').replace(/\.mdx$/, '.md'))
  mkdirSync(dirname(twin), { recursive: true })
  writeFileSync(twin, `# ${title.replaceAll(/^"|"$/g, '')}\n\n${withoutBoxes(body)}`)
}

/** Without the boxes around tables, which only the site needs. */
function withoutBoxes(text: string): string {
  return text.replaceAll(/^<div class="table".*>\n\n|^\n<\/div>\n/gm, '')
}
