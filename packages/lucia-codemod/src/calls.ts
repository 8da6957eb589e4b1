/** Rewrites the calls on the auth object. */
import { type CallExpression, Node } from 'ts-morph'
import { importOf } from './config.ts'
import type { Changes } from './file-changes.ts'
import { type AuthObject, luciaTypeOf } from './finding.ts'
import { KEY_OF_CREATE_USER, REQUEST_NEEDED, SESSION_ID, V2_CALLS, V3_CALLS } from './marks.ts'
import { indentOf, indentUnitOf, lineBreakOf } from './source-text.ts'

/** Calls that version 3 and Limen name differently. */
const RENAMED: Readonly<Record<string, string>> = {
  getUserSessions: 'getAllUserSessions',
  invalidateUserSessions: 'invalidateAllUserSessions',
}

/** Rewrites the use of an auth object. */
export function rewriteUse(use: Node, auth: AuthObject, changes: Changes): void {
  const access = use.getParent()
  if (!Node.isPropertyAccessExpression(access) || access.getExpression() !== use) return
  const edits = changes.of(use)
  const name = access.getName()
  const call = access.getParent()
  if (auth.version === 3 && name === 'sessionCookieName') {
    return edits.replace(access.getNameNode(), 'createSessionCookie(null).name')
  }
  if (!Node.isCallExpression(call) || call.getExpression() !== access) return
  if (auth.version === 3 && isReplacedWhole(use)) return

  if (name === 'readSessionCookie' || name === 'readBearerToken') return rewriteRead(call, changes)
  if (auth.version === 2) {
    if (name === 'createUser') rewriteCreateUser(call, changes)
    else if (name === 'createSession') rewriteOptionSessionId(call.getArguments()[0], changes)
    else if (Object.hasOwn(V2_CALLS, name)) edits.mark(call, V2_CALLS[name]!)
    return
  }
  const renamed = RENAMED[name]
  if (renamed) edits.replace(access.getNameNode(), renamed)
  else if (name === 'createSession') rewriteCreateSession(call, changes)
  else if (name === 'createBlankSessionCookie') {
    edits.replaceRange(access.getNameNode().getStart(), call.getEnd(), 'createSessionCookie(null)')
  } else if (name === 'createSessionCookie') rewriteCookieCall(call, changes)
  else if (Object.hasOwn(V3_CALLS, name)) edits.mark(call, V3_CALLS[name]!)
}

/** `readSessionCookie(request.headers.get('Cookie') ?? '')` takes the request itself. */
function rewriteRead(call: CallExpression, changes: Changes): void {
  const [argument] = call.getArguments()
  if (!argument) return
  const header = Node.isBinaryExpression(argument) ? argument.getLeft() : argument
  const request = requestOf(header)
  if (request) changes.of(call).replace(argument, request)
  else changes.of(call).mark(call, REQUEST_NEEDED)
}

function requestOf(header: Node): string | undefined {
  if (!Node.isCallExpression(header)) return undefined
  const callee = header.getExpression()
  if (!Node.isPropertyAccessExpression(callee)) return undefined
  const object = callee.getExpression()
  if (
    callee.getName() === 'get' &&
    Node.isPropertyAccessExpression(object) &&
    object.getName() === 'headers'
  ) {
    return object.getExpression().getText()
  }
  // Hono: c.req.header('Cookie')
  const isHono = callee.getName() === 'header' && /\breq$/.test(object.getText())
  return isHono ? `${object.getText()}.raw` : undefined
}

function rewriteCreateUser(call: CallExpression, changes: Changes): void {
  const [options] = call.getArguments()
  if (!Node.isObjectLiteralExpression(options)) return
  const key = options.getProperty('key')
  if (!key) return
  const isNull = Node.isPropertyAssignment(key) && key.getInitializer()?.getText() === 'null'
  if (!isNull) changes.of(call).mark(call, KEY_OF_CREATE_USER)
  changes.of(call).remove(key)
}

function rewriteOptionSessionId(options: Node | undefined, changes: Changes): void {
  if (!Node.isObjectLiteralExpression(options)) return
  const id = options.getProperty('sessionId')
  if (!id) return
  changes.of(options).mark(options, SESSION_ID)
  changes.of(options).remove(id)
}

/** `createSession(userId, attributes, options)` takes one object. */
function rewriteCreateSession(call: CallExpression, changes: Changes): void {
  const edits = changes.of(call)
  const [userId, attributes, options] = call.getArguments()
  if (!userId || Node.isObjectLiteralExpression(userId)) return
  edits.insertBefore(userId, userId.getText() === 'userId' ? '{ ' : '{ userId: ')
  if (!attributes) return edits.insertAfter(userId, ' }')
  if (options) {
    edits.mark(call, SESSION_ID)
    edits.replaceRange(attributes.getEnd(), options.getEnd(), '')
  }
  if (attributes.getText() === '{}') edits.replaceRange(userId.getEnd(), attributes.getEnd(), ' }')
  else {
    const isShort = attributes.getText() === 'attributes'
    edits.replaceRange(userId.getEnd(), attributes.getStart(), isShort ? ', ' : ', attributes: ')
    edits.insertAfter(attributes, ' }')
  }
}

/** `createSessionCookie(session.id)` takes the session, where it is at hand. */
function rewriteCookieCall(call: CallExpression, changes: Changes): void {
  const [id] = call.getArguments()
  const isOfSession =
    Node.isPropertyAccessExpression(id) &&
    id.getName() === 'id' &&
    (luciaTypeOf(id.getExpression().getType()) === 'Session' ||
      /session$/i.test(id.getExpression().getText()))
  if (isOfSession) changes.of(call).replace(id, id.getExpression().getText())
  else changes.of(call).mark(call, V3_CALLS['createSessionCookie']!)
}

/**
 * Replaces the middleware of Lucia's guides for Hono as a whole: the one that validates the cookie and
 * sets `user` and `session`, and the one that verifies the origin.
 */
export function rewriteGuideMiddleware(auth: AuthObject, changes: Changes): void {
  for (const file of new Set(auth.uses.map((use) => use.getSourceFile()))) {
    file.forEachDescendant((node) => {
      if (!Node.isArrowFunction(node) && !Node.isFunctionExpression(node)) return
      const call = node.getParent()
      if (!Node.isCallExpression(call) || call.getArguments().at(-1) !== node) return
      const edits = changes.of(node)
      if (isValidatingMiddleware(node)) {
        const use = auth.uses.find((one) => one.getSourceFile() === file && isWithin(one, node))
        if (!use) return
        const context = node.getParameters()[0]!.getName()
        const next = node.getParameters()[1]!.getName()
        const indent = indentOf(call)
        const inner = `${indent}${indentUnitOf(file)}`
        const end = lineBreakOf(file)
        const semi = /;\s*$/.test(call.getParent()?.getText() ?? '') ? ';' : ''
        edits.replace(
          node,
          [
            `authenticate(${use.getText()}), async (${context}, ${next}) => {`,
            `${inner}const session = await ${context}.var.auth.validate()${semi}`,
            edits.styled(`${inner}${context}.set('user', session?.user ?? null)${semi}`, node),
            edits.styled(`${inner}${context}.set('session', session)${semi}`, node),
            `${inner}return ${next}()${semi}`,
            `${indent}}`,
          ].join(end),
        )
        edits.import('@limen/hono', 'authenticate')
      } else if (isOriginMiddleware(node)) {
        const use = auth.uses.find((one) => one.getSourceFile() === file)
        const specifier = importOf(originCheckOf(node)!)
        if (!use || !specifier) return
        edits.replace(node, `requireOrigin(${use.getText()})`)
        edits.import('@limen/hono', 'requireOrigin')
        changes.dropImport(file, specifier.from, specifier.name)
      }
    })
  }
}

/** Whether a node lies in middleware that {@link rewriteGuideMiddleware} replaces. */
export function isReplacedWhole(node: Node): boolean {
  return node
    .getAncestors()
    .some(
      (one) =>
        (Node.isArrowFunction(one) || Node.isFunctionExpression(one)) &&
        (isValidatingMiddleware(one) || isOriginMiddleware(one)),
    )
}

function isValidatingMiddleware(node: Node): boolean {
  const text = node.getText()
  return (
    isMiddleware(node) &&
    /\.validateSession\(/.test(text) &&
    /\.createBlankSessionCookie\(\)/.test(text) &&
    /\.set\((['"])user\1/.test(text) &&
    /\.set\((['"])session\1/.test(text)
  )
}

function isOriginMiddleware(node: Node): boolean {
  return isMiddleware(node) && originCheckOf(node) !== undefined && /403/.test(node.getText())
}

function isMiddleware(node: Node): boolean {
  const call = node.getParent()
  const callee = Node.isCallExpression(call) ? call.getExpression() : undefined
  return (
    (Node.isArrowFunction(node) || Node.isFunctionExpression(node)) &&
    node.getParameters().length === 2 &&
    Node.isPropertyAccessExpression(callee) &&
    callee.getName() === 'use'
  )
}

function originCheckOf(node: Node): Node | undefined {
  for (const call of node.getDescendants()) {
    if (!Node.isCallExpression(call)) continue
    if (importOf(call.getExpression())?.name === 'verifyRequestOrigin') return call.getExpression()
  }
  return undefined
}

function isWithin(node: Node, outer: Node): boolean {
  return node.getStart() >= outer.getStart() && node.getEnd() <= outer.getEnd()
}
