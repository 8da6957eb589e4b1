/** The changes of a whole project, file by file, and the imports of Lucia that are no longer needed. */
import type { Node, SourceFile } from 'ts-morph'
import { FileEdits } from './edits.ts'

/** The changes of a project. */
export class Changes {
  readonly #files = new Map<SourceFile, FileEdits>()
  readonly #dropped = new Map<SourceFile, Set<string>>()

  /** The changes of the file that contains a node. */
  of(node: Node): FileEdits {
    const file = node.getSourceFile()
    let edits = this.#files.get(file)
    if (!edits) this.#files.set(file, (edits = new FileEdits(file)))
    return edits
  }

  /** Says that a file no longer needs an import: every use of it is replaced. */
  dropImport(file: SourceFile, from: string, name: string): void {
    const dropped = this.#dropped.get(file) ?? new Set()
    this.#dropped.set(file, dropped.add(`${from} ${name}`))
  }

  /** Whether a file no longer needs an import. */
  isDropped(file: SourceFile, from: string, name: string): boolean {
    return this.#dropped.get(file)?.has(`${from} ${name}`) ?? false
  }

  /** The files that change. */
  changed(): (readonly [SourceFile, FileEdits])[] {
    return [...this.#files].filter(([, edits]) => !edits.isEmpty)
  }
}
