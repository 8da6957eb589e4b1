/** The imports of a module, read as this repository writes them. */

/** An import that a module needs. */
export interface Import {
  /** The path or the name of the package. */
  readonly from: string
  readonly isType: boolean
}

const STATEMENT = /^import (?<type>type )?(?<what>[^'"]+?) from '(?<from>[^']+)'\n/gm
const DYNAMIC = /\bimport\('([^']+)'\)/g

/** Removes the names that a module imports and does not use. */
export function withoutUnusedImports(source: string): string {
  const code = source
    .replaceAll(STATEMENT, '')
    .replaceAll(/^\s*(?:\/\*\*[^]*?\*\/|\/\/.*)$/gm, '')
    .replaceAll(/\/\/ .*$/gm, '')
  const isUsed = (name: string) =>
    new RegExp(`(?<![\\w$-]|(?<!\\.\\.)\\.)${name}(?![\\w$-])`).test(code)
  return source.replaceAll(STATEMENT, (statement, type = '', what: string, from: string) => {
    const listed = /^\{([^]*)\}$/.exec(what.trim())
    if (!listed) return isUsed(what.replace('* as ', '').trim()) ? statement : ''
    const names = listed[1]!.split(',').map((name) => name.trim())
    const used = names.filter(
      (name) =>
        name &&
        isUsed(
          name
            .replace(/^type /, '')
            .split(' as ')
            .at(-1)!,
        ),
    )
    if (used.length === 0) return ''
    if (used.length === names.filter(Boolean).length) return statement
    const areTypes = used.every((name) => name.startsWith('type '))
    const list = areTypes ? used.map((name) => name.slice('type '.length)) : used
    return `import ${areTypes ? 'type ' : type}{ ${list.join(', ')} } from '${from}'\n`
  })
}

/** Declares with `const` what is declared with `let` and never assigned again. */
export function withConst(source: string): string {
  return source.replaceAll(/^( *)let (\w+)(?=[ :])/gm, (declaration, indent, name: string) => {
    const others = source.replaceAll(declaration, '')
    const isAssigned = [
      new RegExp(`(?<![\\w$.])${name} (?:[-+*/%|&?]{1,2})?=(?!=)`),
      new RegExp(`(?:\\+\\+|--)${name}\\b|(?<![\\w$.])${name}(?:\\+\\+|--)`),
    ].some((assignment) => assignment.test(others))
    return isAssigned ? declaration : `${indent}const ${name}`
  })
}

/** Returns what a module imports. */
export function importsOf(source: string): Import[] {
  return [
    ...Array.from(source.matchAll(STATEMENT), ({ groups }) => ({
      from: groups!['from']!,
      isType: groups!['type'] !== undefined,
    })),
    ...Array.from(source.matchAll(DYNAMIC), ([, from = '']) => ({ from, isType: false })),
  ]
}

/** The package of an import, or `null` if it is a file or a part of the runtime. */
export function packageOf(from: string): string | null {
  if (from.startsWith('.') || from.includes(':')) return null
  return from.split('/', from.startsWith('@') ? 2 : 1).join('/')
}
