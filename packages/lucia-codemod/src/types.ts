/** Rewrites types, errors and the properties of sessions and users. */
import { Node, type SourceFile, SyntaxKind } from 'ts-morph'
import { isReplacedWhole } from './calls.ts'
import type { Changes } from './file-changes.ts'
import { type AuthObject, importedAs, luciaTypeOf, usesIn } from './finding.ts'
import { ERROR_CODE } from './marks.ts'
import { pathTo } from './paths.ts'

/** Properties of version 3 that Limen names differently. */
const PROPERTIES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Session: { id: 'sessionId', userId: 'user.userId', expiresAt: 'idlePeriodExpiresAt' },
  User: { id: 'userId' },
}

/** Codes that Lucia and Limen share. */
const SHARED_CODES = new Set([
  'AUTH_INVALID_SESSION_ID',
  'AUTH_INVALID_USER_ID',
  'AUTH_DUPLICATE_USER_ID',
])

/** Rewrites `session.id` and its like, by the types of version 3. */
export function rewriteProperties(file: SourceFile, changes: Changes): void {
  const edits = changes.of(file)
  file.forEachDescendant((node) => {
    if (Node.isPropertyAccessExpression(node)) {
      const names = Object.values(PROPERTIES).some((one) => Object.hasOwn(one, node.getName()))
      if (!names || isReplacedWhole(node)) return
      const owner = luciaTypeOf(node.getExpression().getType())
      const renamed = owner && PROPERTIES[owner]?.[node.getName()]
      if (renamed) edits.replace(node.getNameNode(), renamed)
    } else if (Node.isBindingElement(node)) {
      const pattern = node.getParent()
      if (!Node.isObjectBindingPattern(pattern) || isReplacedWhole(node)) return
      const name = (node.getPropertyNameNode() ?? node.getNameNode()).getText()
      const owner = luciaTypeOf(pattern.getType())
      const renamed = owner && PROPERTIES[owner]?.[name]
      if (!renamed || renamed.includes('.')) return
      const given = node.getPropertyNameNode()
      if (given) edits.replace(given, renamed)
      else edits.insertBefore(node, `${renamed}: `)
    }
  })
}

/** Rewrites the types `User` and `Session`, in place of which Limen infers them from the auth object. */
export function rewriteTypes(file: SourceFile, auth: AuthObject, changes: Changes): void {
  for (const name of ['User', 'Session']) {
    for (const imported of importedAs(file, 'lucia', name)) {
      const inferred = `Infer${name}`
      for (const use of usesIn(imported, file)) {
        changes.of(file).replace(use, `${inferred}<typeof ${auth.name ?? 'auth'}>`)
      }
      changes.of(file).import('@limen/core', inferred, true)
      importAuth(file, auth, changes)
      changes.dropImport(file, 'lucia', name)
    }
  }
}

/** Imports the auth object for its type, unless the file has it. */
function importAuth(file: SourceFile, auth: AuthObject, changes: Changes): void {
  const home = auth.creation.getSourceFile()
  if (file === home || !auth.name) return
  const isKnown = auth.uses.some(
    (use) => use.getSourceFile() === file && use.getText() === auth.name,
  )
  if (isKnown || file.getLocal(auth.name)) return
  changes.of(file).import(pathTo(home, file), auth.name, true)
}

/** Rewrites `LuciaError`, whose message is the code, to `AuthError`, which has a code. */
export function rewriteErrors(file: SourceFile, changes: Changes): void {
  const edits = changes.of(file)
  for (const imported of importedAs(file, 'lucia', 'LuciaError')) {
    for (const use of usesIn(imported, file)) edits.replace(use, 'AuthError')
    edits.import('@limen/core', 'AuthError')
    changes.dropImport(file, 'lucia', 'LuciaError')
    for (const comparison of file.getDescendantsOfKind(SyntaxKind.BinaryExpression)) {
      const [left, right] = [comparison.getLeft(), comparison.getRight()]
      if (!Node.isPropertyAccessExpression(left) || left.getName() !== 'message') continue
      if (
        !Node.isStringLiteral(right) ||
        !/^(AUTH_|REQUEST_|UNKNOWN_)/.test(right.getLiteralValue())
      )
        continue
      if (SHARED_CODES.has(right.getLiteralValue())) edits.replace(left.getNameNode(), 'code')
      else edits.mark(comparison, ERROR_CODE)
    }
  }
}

/** Removes the declarations by which an app tells Lucia its types. */
export function removeDeclarations(file: SourceFile, changes: Changes): void {
  for (const module of file.getModules()) {
    if (module.getName().replaceAll(/["']/g, '').toLowerCase() !== 'lucia') continue
    changes.of(file).remove(module)
    for (const declaration of [...file.getInterfaces(), ...file.getTypeAliases()]) {
      const uses = declaration
        .findReferencesAsNodes()
        .filter((use) => use !== declaration.getNameNode())
      const isOfModule = (use: Node) =>
        use.getSourceFile() === file && use.getAncestors().includes(module)
      if (uses.length > 0 && uses.every(isOfModule)) changes.of(file).remove(declaration)
    }
  }
  const text = file.getFullText()
  for (const reference of text.matchAll(/^\/\/\/ <reference types=["']lucia["'] ?\/>\r?\n?/gm)) {
    changes.of(file).replaceRange(reference.index, reference.index + reference[0].length, '')
  }
}
