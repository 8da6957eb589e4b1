/** Finds what a project has and does not use. */

/** Returns a sentence for each: an export, a table, a setting, a member of `Site`, a dependency, a mark. */
export function leftoversOf(files: ReadonlyMap<string, string>): string[] {
  const modules = [...files].filter(([path]) => path.endsWith('.ts'))
  const sources = modules.map(([path, text]) => [path, codeOf(text)] as const)
  const counts = sources.map(([path, code]) => [path, countsOf(code)] as const)
  const uses = (name: string, isIn: (path: string) => boolean = () => true) =>
    counts.reduce((sum, [path, names]) => sum + (isIn(path) ? (names.get(name) ?? 0) : 0), 0)
  const found: string[] = []

  for (const [path, text] of files) {
    if (/#(?:if|end)\b|#if /.test(text)) found.push(`${path} has a mark of a template`)
    if (/\n\n\n/.test(text) && path.endsWith('.ts')) found.push(`${path} has two empty lines`)
    if (/limen-recipes|"recipes"/.test(text)) found.push(`${path} has the name of the recipes`)
    if (text.trim() === '') found.push(`${path} is empty`)
  }
  for (const [path, code] of sources) {
    const names = code.matchAll(
      /^export (?:async )?(?:const|function|interface|type|class) (\w+)/gm,
    )
    for (const [, name = ''] of names) {
      if (uses(name) < 2 && path !== 'src/env.d.ts') found.push(`${path} exports ${name}`)
    }
  }
  const site = files.get('src/site.ts') ?? ''
  for (const [, name = ''] of codeOf(site).matchAll(/^ {2}readonly (\w+)\??:/gm)) {
    const isElsewhere = (path: string) =>
      !/^src\/site[\w-]*\.ts$|^src\/(?:deno|workers|serve-node)\.ts$/.test(path)
    if (uses(name, isElsewhere) === 0) found.push(`src/site.ts has ${name}`)
  }
  for (const [path, text] of files) {
    if (!path.startsWith('migrations/') || path.endsWith('_limen.sql')) continue
    for (const [, table = ''] of text.matchAll(/^create table (?:if not exists )?(\w+)/gm)) {
      if (uses(table) === 0) found.push(`${path} creates ${table}`)
    }
    for (const [, column = ''] of text.matchAll(/^ {2}(\w+) (?:text|integer|bigint|boolean)/gm)) {
      if (uses(column) === 0) found.push(`${path} has the column ${column}`)
    }
  }
  const manifest = JSON.parse(files.get('package.json') ?? '{}') as Record<
    'dependencies' | 'devDependencies' | 'scripts' | 'cloudflare',
    Record<string, string> | undefined
  >
  const texts = [...files].filter(([path]) => !/^(?:package\.json|README\.md)$/.test(path))
  const all = [...texts.map(([, text]) => text), JSON.stringify(manifest.scripts)].join('\n')
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })) {
    if (TOOLS.has(name) || all.includes(`'${name}`)) continue
    const typed = name.replace('@types/', '')
    if (!all.includes(`'${typed}'`) && !all.includes(`"${name.replace('@types/', '')}"`))
      found.push(`package.json has ${name}`)
  }
  const settings = [files.get('dev.env'), files.get('.env.example'), files.get('README.md')]
    .join('\n')
    .matchAll(/^(?:\| `)?([A-Z][A-Z_\d]+)[`=]/gm)
  for (const [, name = ''] of settings) {
    if (uses(name) === 0) found.push(`the setting ${name} is not read`)
  }
  return found
}

/** Programs that scripts run, and types that the compiler reads. */
const TOOLS = new Set(['@types/node', 'typescript', 'wrangler', 'vitest'])

/** How often each name occurs. */
function countsOf(code: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const [name] of code.matchAll(/[\w$]+/g)) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

/** The code without its comments. */
function codeOf(text: string): string {
  return text.replaceAll(/\/\*\*[^]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '')
}
