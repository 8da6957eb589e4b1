/** Removes the imports of Lucia that are no longer needed, and marks the others. */
import type { ImportDeclaration, SourceFile } from 'ts-morph'
import type { Changes } from './file-changes.ts'
import { isLucia } from './finding.ts'
import { EXPORTS, NO_TYPE } from './marks.ts'

/** Cleans the imports of a file, after everything else was rewritten. */
export function cleanImports(file: SourceFile, changes: Changes): void {
  for (const declaration of file.getImportDeclarations()) {
    const from = declaration.getModuleSpecifierValue()
    if (from === 'lucia/polyfill/node') changes.of(file).remove(declaration)
    else cleanImport(declaration, from, changes)
  }
}

function cleanImport(declaration: ImportDeclaration, from: string, changes: Changes): void {
  const file = declaration.getSourceFile()
  const edits = changes.of(file)
  const named = declaration.getNamedImports()
  if (named.length === 0) return
  const left = named.filter((one) => !changes.isDropped(file, from, one.getName()))
  if (left.length === 0 && !declaration.getDefaultImport()) return edits.remove(declaration)
  for (const one of isLucia(from) ? left : []) {
    const name = one.getName()
    const isOfLucia = !from.startsWith('oslo') || Object.hasOwn(EXPORTS, name)
    if (isOfLucia) edits.mark(declaration, `${name}: ${EXPORTS[name] ?? NO_TYPE}`)
  }
  if (left.length === named.length) return
  const [first, last] = [named[0]!, named.at(-1)!]
  edits.replaceRange(first.getStart(), last.getEnd(), left.map((one) => one.getText()).join(', '))
}
