/**
 * Which tests hold each threat of docs/threat-model.md: those whose title carries its id, as `[T07]`.
 * `node .config/threats.ts` writes their links into the page.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { root } from './packages.ts'

const page = `${root}docs/threat-model.md`

/** The files that carry each id. */
export function filesWithIds(): Map<string, Set<string>> {
  const grep = ['grep', '-oE', '\\[T[0-9]{2}\\]', '--', 'packages', 'apps']
  const found = execFileSync('git', grep, { cwd: root, encoding: 'utf8' })
  const files = new Map<string, Set<string>>()
  for (const [, path = '', id = ''] of found.matchAll(/^(.+):\[(T\d\d)\]$/gm)) {
    files.set(id, (files.get(id) ?? new Set()).add(path))
  }
  return files
}

/** The page with the links to tests that it should have. */
export function withTests(text: string, files: Map<string, Set<string>>): string {
  return text.replaceAll(/^### (T\d\d) [^]*?^- \*\*Tests:\*\* .*$/gm, (section, id: string) => {
    const links = Array.from(files.get(id) ?? [], (path) => {
      const [, owner = ''] = path.split('/')
      const name = path.slice(path.lastIndexOf('/') + 1).replace(/(\.test)?\.\w+$/, '')
      return `[${owner}: ${name}](../${path})`
    })
    return section.replace(/(?<=^- \*\*Tests:\*\* ).*$/m, links.join(', ') || 'none')
  })
}

if (import.meta.main) {
  writeFileSync(page, withTests(readFileSync(page, 'utf8'), filesWithIds()))
}
