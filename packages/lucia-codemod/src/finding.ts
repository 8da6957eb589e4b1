/** Finds the auth objects of Lucia in a project, and where they are used. */
import { Node, type Project, type SourceFile, type Type } from 'ts-morph'

/** An auth object of Lucia. */
export interface AuthObject {
  readonly version: 2 | 3
  /** The call of `lucia()`, or `new Lucia()`. */
  readonly creation: Node
  /** The name of the variable or export; `undefined` where it has none. */
  readonly name: string | undefined
  /** Every use of the object, in all files, through imports, aliases and re-exports. */
  readonly uses: readonly Node[]
}

/** Whether a module specifier belongs to Lucia. */
export function isLucia(specifier: string): boolean {
  return /^(lucia(\/.*)?|@lucia-auth\/.+|oslo(\/.*)?)$/.test(specifier)
}

/** The name by which a file imports an export of a module. */
export function importedAs(file: SourceFile, from: string, name: string): Node[] {
  return file
    .getImportDeclarations()
    .filter((one) => one.getModuleSpecifierValue() === from)
    .flatMap((one) => one.getNamedImports())
    .filter((one) => one.getName() === name)
    .map((one) => one.getAliasNode() ?? one.getNameNode())
}

/** The auth objects of a project. */
export function authObjects(project: Project): AuthObject[] {
  return project.getSourceFiles().flatMap((file) => {
    const creations: [2 | 3, Node][] = [
      ...importedAs(file, 'lucia', 'lucia').flatMap((name) =>
        usesIn(name, file).flatMap((use): [2 | 3, Node][] => {
          const call = use.getParent()
          return Node.isCallExpression(call) && call.getExpression() === use ? [[2, call]] : []
        }),
      ),
      ...importedAs(file, 'lucia', 'Lucia').flatMap((name) =>
        usesIn(name, file).flatMap((use): [2 | 3, Node][] => {
          const call = use.getParent()
          return Node.isNewExpression(call) && call.getExpression() === use ? [[3, call]] : []
        }),
      ),
    ]
    return creations.map(([version, creation]) => {
      const declaration =
        creation.getParentWhile(
          (parent) => Node.isAsExpression(parent) || Node.isSatisfiesExpression(parent),
        ) ?? creation
      const owner = declaration.getParent()
      const name = Node.isVariableDeclaration(owner) ? owner.getNameNode() : undefined
      const isDefault = Node.isExportAssignment(owner)
      return {
        version,
        creation,
        name: name?.getText(),
        uses: name ? referencesOf(name) : isDefault ? usesOfDefault(file) : [],
      }
    })
  })
}

/** The identifiers of a file that mean what a name of an import means. */
export function usesIn(name: Node, file: SourceFile): Node[] {
  if (!Node.isIdentifier(name)) return []
  return name
    .findReferencesAsNodes()
    .filter((one) => one.getSourceFile() === file && !isInImport(one))
}

function referencesOf(name: Node): Node[] {
  if (!Node.isIdentifier(name)) return []
  const uses = name.findReferencesAsNodes().filter((one) => one !== name && !isInImport(one))
  // `all.auth` of a namespace import is the object as a whole.
  return uses.map((use) => {
    const parent = use.getParent()
    return Node.isPropertyAccessExpression(parent) && parent.getNameNode() === use ? parent : use
  })
}

function usesOfDefault(file: SourceFile): Node[] {
  return file.getReferencingSourceFiles().flatMap((other) =>
    other
      .getImportDeclarations()
      .filter((one) => one.getModuleSpecifierSourceFile() === file)
      .flatMap((one) => one.getDefaultImport() ?? [])
      .flatMap((name) => referencesOf(name)),
  )
}

/** Whether an identifier is part of an import or a re-export. */
function isInImport(node: Node): boolean {
  const parent = node.getParent()
  return (
    Node.isImportSpecifier(parent) || Node.isExportSpecifier(parent) || Node.isImportClause(parent)
  )
}

/** Which class or interface of Lucia a type is, without `null` and `undefined`; `undefined` for another one. */
export function luciaTypeOf(type: Type): string | undefined {
  const members = type.isUnion() ? type.getUnionTypes() : [type]
  for (const member of members) {
    const symbol = member.getAliasSymbol() ?? member.getSymbol()
    const path = symbol?.getDeclarations()[0]?.getSourceFile().getFilePath()
    if (symbol && path && /\/node_modules\/lucia\//.test(path)) return symbol.getName()
  }
  return undefined
}
