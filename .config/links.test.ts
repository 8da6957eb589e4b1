/** Every relative link in a Markdown file leads to a file and a heading that exist. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from './packages.ts'

/** The names that GitHub gives to the headings of a page. */
function anchorsOf(text: string): string[] {
  return Array.from(
    text.replaceAll(/^```[^]*?^```/gm, '').matchAll(/^#+ (.+)$/gm),
    ([, title = '']) =>
      title
        .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(/\s/g, '-'),
  )
}

/** Links within the repository. `../../security` leads out of it, to a page of the site that hosts it. */
const LINK = /\]\((?!https?:|mailto:|\.\.\/\.\.\/security)([^)\s]+)\)/g

describe('relative links', () => {
  const listed = execFileSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' })
  const links = listed
    .trim()
    .split('\n')
    .flatMap((page) =>
      Array.from(
        readFileSync(root + page, 'utf8').matchAll(LINK),
        ([, link = '']) => [page, link] as const,
      ),
    )

  it.each(links)('%s: %s resolves', (page, link) => {
    const [path = '', anchor] = link.split('#')
    const target = path ? join(dirname(page), path) : page
    expect(existsSync(root + target), target).toBe(true)
    if (anchor) {
      const file = target.endsWith('.md') ? target : join(target, 'README.md')
      expect(anchorsOf(readFileSync(root + file, 'utf8'))).toContain(anchor)
    }
  })
})
