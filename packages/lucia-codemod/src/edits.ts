/** Collects changes of a file's text, so that everything else stays as it is, byte for byte. */
import { type Node, type SourceFile, SyntaxKind } from 'ts-morph'
import { indentOf, indentUnitOf, lineBreakOf } from './source-text.ts'

interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** How each comment begins that asks the reader to do something. */
const PREFIX = '// TODO(limen): '

/** The changes of one file. */
export class FileEdits {
  readonly #file: SourceFile
  readonly #edits: Edit[] = []
  readonly #marks = new Set<string>()
  /** How many comments were added. */
  get marks(): number {
    return this.#marks.size
  }
  /** Whether anything changes. */
  get isEmpty(): boolean {
    return this.#edits.length === 0
  }

  constructor(file: SourceFile) {
    this.#file = file
  }

  /** Replaces a node. */
  replace(node: Node, text: string): void {
    this.replaceRange(node.getStart(), node.getEnd(), text)
  }

  /** Replaces a range, unless it already lies in a replaced one. */
  replaceRange(start: number, end: number, text: string): void {
    const isCovered = this.#edits.some(
      (edit) => edit.start <= start && end <= edit.end && edit.end > edit.start,
    )
    if (!isCovered) this.#edits.push({ start, end, text })
  }

  /** Inserts text before a node. */
  insertBefore(node: Node, text: string): void {
    this.replaceRange(node.getStart(), node.getStart(), text)
  }

  /** Inserts text after a node. */
  insertAfter(node: Node, text: string): void {
    this.replaceRange(node.getEnd(), node.getEnd(), text)
  }

  /** Removes a statement or an item of a list, with its line or its comma. */
  remove(node: Node): void {
    const text = this.#file.getFullText()
    let start = node.getStart()
    let end = node.getEnd()
    let isLast = false
    const next = node.getNextSibling()
    const previous = node.getPreviousSibling()
    if (next?.getKind() === SyntaxKind.CommaToken) {
      end = next.getEnd()
    } else if (previous?.getKind() === SyntaxKind.CommaToken) {
      start = previous.getStart()
      isLast = true
    }
    const lineStart = text.lastIndexOf('\n', start - 1) + 1
    const lineEnd = text.indexOf('\n', end)
    const isWholeLine =
      text.slice(lineStart, start).trim() === '' &&
      text.slice(end, lineEnd < 0 ? undefined : lineEnd).trim() === ''
    if (isWholeLine) {
      const isAfterBlank = /(^|\n)\r?\n$/.test(text.slice(0, lineStart)) || lineStart === 0
      const blank = isAfterBlank ? (/^\r?\n/.exec(text.slice(lineEnd + 1))?.[0].length ?? 0) : 0
      this.replaceRange(lineStart, lineEnd < 0 ? text.length : lineEnd + 1 + blank, '')
    } else this.replaceRange(start, !isLast && /^[ \t]/.test(text.slice(end)) ? end + 1 : end, '')
  }

  /** Adds a comment above the statement of a node: what the reader must do. */
  mark(node: Node, text: string): void {
    const statement = statementOf(node)
    const key = `${statement.getStart()} ${text}`
    const source = this.#file.getFullText()
    const before = source.slice(statement.getFullStart(), statement.getStart())
    if (this.#marks.has(key) || before.includes(PREFIX + text)) return
    this.#marks.add(key)
    this.#edits.push({
      start: statement.getStart(),
      end: statement.getStart(),
      text: `${PREFIX}${text}${lineBreakOf(this.#file)}${indentOf(statement)}`,
    })
  }

  /** Generated code in the file's style: its quotes, its line breaks, and the indentation of a node's line. */
  styled(code: string, at: Node): string {
    return code
      .replaceAll("'", this.#quote())
      .replaceAll('  ', indentUnitOf(this.#file))
      .replaceAll('\n', lineBreakOf(this.#file) + indentOf(at))
  }

  /** Adds an import of a name, unless the file has it. */
  import(from: string, name: string, isType = false): void {
    const imports = this.#file.getImportDeclarations()
    const exists = imports.some(
      (one) =>
        one.getModuleSpecifierValue() === from &&
        one.getNamedImports().some((named) => named.getText().replace(/^type /, '') === name),
    )
    if (exists) return
    const added = this.#imports.get(from) ?? new Map<string, boolean>()
    added.set(name, isType && added.get(name) !== false)
    this.#imports.set(from, added)
  }
  readonly #imports = new Map<string, Map<string, boolean>>()

  /** The text with all changes. */
  apply(): string {
    const source = this.#file.getFullText()
    const lineBreak = lineBreakOf(this.#file)
    const quote = this.#quote()
    const end = /;\s*$/m.test(this.#file.getImportDeclarations()[0]?.getText() ?? '') ? ';' : ''
    const lines = [...this.#imports].map(([from, names]) => {
      const isTypeOnly = [...names.values()].every(Boolean)
      const list = [...names].map(([name, isType]) =>
        isType && !isTypeOnly ? `type ${name}` : name,
      )
      return `import ${isTypeOnly ? 'type ' : ''}{ ${list.toSorted().join(', ')} } from ${quote}${from}${quote}${end}${lineBreak}`
    })
    const edits = [...this.#edits]
    if (lines.length > 0) {
      const start = this.#file.getImportDeclarations()[0]?.getStart() ?? 0
      edits.unshift({ start, end: start, text: lines.join('') })
    }
    let text = ''
    let at = 0
    for (const edit of sorted(edits)) {
      // An edit within a range that was replaced as a whole.
      if (edit.start < at) continue
      text += source.slice(at, edit.start) + edit.text
      at = edit.end
    }
    return text + source.slice(at)
  }

  #quote(): string {
    const first = this.#file.getImportDeclarations()[0]?.getModuleSpecifier().getText()
    return first?.[0] ?? "'"
  }
}

/** By position. At one position, insertions come first, in the order in which they were made. */
function sorted(edits: readonly Edit[]): readonly Edit[] {
  return edits
    .map((edit, index) => ({ edit, index }))
    .toSorted(
      (one, other) =>
        one.edit.start - other.edit.start ||
        Number(one.edit.end > one.edit.start) - Number(other.edit.end > other.edit.start) ||
        one.index - other.index,
    )
    .map(({ edit }) => edit)
}

/** The statement that contains a node, or the property of a class or object at the top of its lines. */
function statementOf(node: Node): Node {
  const isStatement = (one: Node) =>
    /Statement$|Declaration$/.test(one.getKindName()) &&
    !/^(Binding|Parameter|VariableDeclaration$|PropertyDeclaration)/.test(one.getKindName()) &&
    one.getKind() !== SyntaxKind.VariableDeclaration
  let current: Node | undefined = node
  while (current && !isStatement(current)) current = current.getParent()
  return current ?? node
}
