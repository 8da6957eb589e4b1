/** How one file of the project imports another. */
import { relative } from 'node:path'
import type { SourceFile } from 'ts-morph'

/** The specifier by which a file imports another, with the kind of extension that its imports have. */
export function pathTo(file: SourceFile, from: SourceFile): string {
  const path = relative(from.getDirectoryPath(), file.getFilePath())
  const known = from
    .getImportStringLiterals()
    .map((one) => one.getLiteralValue())
    .filter((one) => one.startsWith('.'))
  const bare = path.replace(/\.[mc]?tsx?$/, '')
  const named = known.some((one) => /\.tsx?$/.test(one))
    ? path
    : known.some((one) => one.endsWith('.js'))
      ? `${bare}.js`
      : bare
  return named.startsWith('.') ? named : `./${named}`
}
