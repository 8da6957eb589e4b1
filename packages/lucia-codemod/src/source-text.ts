/** How a file is written: its line breaks and indentation. */
import type { Node, SourceFile } from 'ts-morph'

/** The white space at the start of a node's line. */
export function indentOf(node: Node): string {
  const text = node.getSourceFile().getFullText()
  return /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', node.getStart() - 1) + 1))![0]
}

/** One level of indentation. */
export function indentUnitOf(file: SourceFile): string {
  return /^\t/m.test(file.getFullText()) ? '\t' : '  '
}

/** How a file ends its lines. */
export function lineBreakOf(file: SourceFile): string {
  return file.getFullText().includes('\r\n') ? '\r\n' : '\n'
}
