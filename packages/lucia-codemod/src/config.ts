/** Rewrites the creation of the auth object: options, adapter, middleware. */
import { Node, type ObjectLiteralExpression, type VariableDeclaration } from 'ts-morph'
import { pathTo } from './paths.ts'
import { indentOf, lineBreakOf } from './source-text.ts'
import type { Changes } from './file-changes.ts'
import { type AuthObject, isLucia, usesIn } from './finding.ts'
import {
  ADAPTER,
  CSRF_DOMAIN,
  DRIZZLE_CLIENT,
  EXPERIMENTAL,
  JOINED_ADAPTER,
  NO_ADAPTER,
  NO_MIDDLEWARE,
  PASSWORD_HASH,
  PRISMA_CLIENT,
} from './marks.ts'
import { type Tables, attributesOf, optionsText, drizzleTable } from './tables.ts'

/** Drivers of `@limen/sql`, by the adapters of Lucia. */
const DRIVERS: Readonly<Record<string, string>> = {
  betterSqlite3: 'betterSqlite3',
  libsql: 'libsql',
  d1: 'd1',
  pg: 'pg',
  postgres: 'postgresJs',
  mysql2: 'mysql2',
  BetterSqlite3Adapter: 'betterSqlite3',
  LibSQLAdapter: 'libsql',
  D1Adapter: 'd1',
  NodePostgresAdapter: 'pg',
  PostgresJsAdapter: 'postgresJs',
  NeonHTTPAdapter: 'neon',
  Mysql2Adapter: 'mysql2',
}

/** Clients behind Drizzle, by its entry points. */
const DRIZZLE_DRIVERS: Readonly<Record<string, string>> = {
  'drizzle-orm/better-sqlite3': 'betterSqlite3',
  'drizzle-orm/libsql': 'libsql',
  'drizzle-orm/d1': 'd1',
  'drizzle-orm/node-postgres': 'pg',
  'drizzle-orm/postgres-js': 'postgresJs',
  'drizzle-orm/neon-http': 'neon',
  'drizzle-orm/mysql2': 'mysql2',
}

/** Packages with an adapter, by the middleware of Lucia 2. */
const MIDDLEWARE: Readonly<Record<string, string>> = {
  hono: '@limen/hono',
  web: '@limen/core',
  node: '@limen/node',
  express: '@limen/node',
  fastify: '@limen/node',
  sveltekit: '@limen/sveltekit',
  astro: '@limen/astro',
  h3: '@limen/h3',
  elysia: '@limen/elysia',
  nextjs: '@limen/nextjs/pages',
}

/** Rewrites `lucia({ … })` or `new Lucia(adapter, { … })`. */
export function rewriteCreation(auth: AuthObject, changes: Changes): void {
  const { creation, version } = auth
  if (!Node.isCallExpression(creation) && !Node.isNewExpression(creation)) return
  const edits = changes.of(creation)
  const file = creation.getSourceFile()
  const callee = creation.getExpression()
  const [first, second] = creation.getArguments()
  edits.import('@limen/core', 'limen')
  changes.dropImport(file, 'lucia', version === 2 ? 'lucia' : 'Lucia')
  edits.replaceRange(creation.getStart(), callee.getEnd(), 'limen')
  const options = version === 2 ? first : second
  if (options && !Node.isObjectLiteralExpression(options)) return edits.mark(creation, ADAPTER)
  const further = options ? rewriteOptions(options, changes) : []
  const adapter = version === 2 ? adapterOption(options) : first
  if (!adapter) return edits.mark(creation, ADAPTER)
  const spread = adapterOf(adapter, further, auth, changes)
  if (!options) return edits.replace(adapter, `{ ${spread} }`)
  if (version === 2) edits.remove(options.getPropertyOrThrow('adapter'))
  else edits.replaceRange(adapter.getStart(), options.getStart(), '')
  const [property] = options.getProperties()
  const isOnLines = options.getText().includes('\n')
  const indent = isOnLines ? `${lineBreakOf(file)}${indentOf(property ?? options)}` : ' '
  const brace = options.getStart() + 1
  edits.replaceRange(brace, brace, `${indent}${spread},`)
}

function adapterOption(options: ObjectLiteralExpression | undefined): Node | undefined {
  const property = options?.getProperty('adapter')
  if (Node.isPropertyAssignment(property)) return property.getInitializer()
  return Node.isShorthandPropertyAssignment(property) ? property.getNameNode() : undefined
}

/** Rewrites options in place. Returns those that `luciaV2()` and `luciaV3()` take, which are removed. */
function rewriteOptions(options: ObjectLiteralExpression, changes: Changes): readonly string[] {
  const edits = changes.of(options)
  const further: string[] = []
  for (const property of options.getProperties()) {
    if (!Node.isPropertyAssignment(property) && !Node.isShorthandPropertyAssignment(property))
      continue
    const value = Node.isPropertyAssignment(property)
      ? property.getInitializerOrThrow()
      : property.getNameNode()
    switch (property.getName()) {
      case 'env':
        edits.replace(property, edits.styled(`secure: ${secureFrom(value)}`, property))
        break
      case 'middleware':
        rewriteMiddleware(value, changes)
        break
      case 'csrfProtection':
        rewriteCsrf(property, value, changes)
        break
      case 'sessionExpiresIn':
        further.push(`sessionExpiresIn: ${periodsFrom(value, changes)}`)
        edits.remove(property)
        break
      case 'sessionCookie':
        further.push(...cookieFrom(property, value, changes))
        break
      case 'passwordHash':
        edits.mark(property, PASSWORD_HASH)
        edits.remove(property)
        break
      case 'experimental':
        edits.mark(property, EXPERIMENTAL)
        edits.remove(property)
        break
    }
  }
  return further
}

/** `env: 'PROD'` as the option `secure`. */
function secureFrom(env: Node): string {
  if (Node.isStringLiteral(env)) return String(env.getLiteralValue() === 'PROD')
  if (Node.isConditionalExpression(env)) {
    const [yes, no] = [env.getWhenTrue().getText(), env.getWhenFalse().getText()].map((text) =>
      /PROD/.test(text),
    )
    const condition = env.getCondition().getText()
    if (yes && !no) return condition
    if (no && !yes) return `!(${condition})`
  }
  return `${env.getText()} === 'PROD'`
}

function rewriteMiddleware(value: Node, changes: Changes): void {
  const callee = Node.isCallExpression(value) ? value.getExpression() : value
  const specifier = importOf(callee)
  const name = specifier?.name ?? callee.getText()
  const from = MIDDLEWARE[name]
  if (!from) return changes.of(value).mark(value, NO_MIDDLEWARE)
  changes.of(value).import(from, name)
  if (specifier) changes.dropImport(value.getSourceFile(), specifier.from, specifier.name)
  if (callee.getText() !== name) changes.of(value).replace(callee, name)
}

function rewriteCsrf(property: Node, value: Node, changes: Changes): void {
  const edits = changes.of(value)
  if (value.getText() === 'true') return edits.remove(property)
  if (!Node.isObjectLiteralExpression(value)) return
  for (const option of value.getProperties()) {
    if (!Node.isPropertyAssignment(option) || option.getName() !== 'allowedSubDomains') continue
    edits.replace(option.getNameNode(), 'allowedSubdomains')
    edits.mark(value, CSRF_DOMAIN)
  }
}

/** `new TimeSpan(30, 'd')`: Lucia 3 renews a session in the second half of its life. */
function periodsFrom(value: Node, changes: Changes): string {
  if (!Node.isNewExpression(value)) return oneLine(value)
  const [count, unit] = value.getArguments()
  const factor = UNITS[unit?.getText().slice(1, -1) ?? '']
  const specifier = importOf(value.getExpression())
  if (!count || !factor || !specifier) return oneLine(value)
  changes.dropImport(value.getSourceFile(), specifier.from, specifier.name)
  const half = Node.isNumericLiteral(count)
    ? count.getLiteralValue() / 2
    : `(${count.getText()} / 2)`
  const period = half === 1 ? factor : `${half} * ${factor}`
  return `{ activePeriod: ${period}, idlePeriod: ${period} }`
}

/** Milliseconds of the units of a `TimeSpan`. */
const UNITS: Readonly<Record<string, string>> = {
  ms: '1',
  s: '1000',
  m: '60 * 1000',
  h: '60 * 60 * 1000',
  d: '24 * 60 * 60 * 1000',
  w: '7 * 24 * 60 * 60 * 1000',
}

/** The cookie's options for `luciaV2()` and `luciaV3()`. `attributes.secure` of version 3 stays, as `secure`. */
function cookieFrom(property: Node, value: Node, changes: Changes): readonly string[] {
  const edits = changes.of(value)
  const attributes = Node.isObjectLiteralExpression(value)
    ? value.getProperty('attributes')
    : undefined
  const object = Node.isPropertyAssignment(attributes) ? attributes.getInitializer() : undefined
  const secure = Node.isObjectLiteralExpression(object) ? object.getProperty('secure') : undefined
  if (!Node.isPropertyAssignment(secure)) {
    edits.remove(property)
    return [`sessionCookie: ${oneLine(value)}`]
  }
  edits.replace(property, `secure: ${secure.getInitializerOrThrow().getText()}`)
  const others = (owner: Node, left: Node) =>
    Node.isObjectLiteralExpression(owner)
      ? owner
          .getProperties()
          .filter((one) => one !== left)
          .map(oneLine)
      : []
  const otherAttributes = others(object!, secure)
  const parts = others(value, attributes!)
  if (otherAttributes.length > 0) parts.push(`attributes: { ${otherAttributes.join(', ')} }`)
  return parts.length > 0 ? [`sessionCookie: { ${parts.join(', ')} }`] : []
}

/** The text of an expression on one line, without comments. */
function oneLine(node: Node): string {
  return node
    .getText()
    .replaceAll(/\/\/.*$/gm, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/,(?= [}\]])/g, '')
}

/** The text that takes the place of an adapter among the options of `limen()`. */
function adapterOf(
  value: Node,
  further: readonly string[],
  auth: AuthObject,
  changes: Changes,
): string {
  const edits = changes.of(value)
  if (Node.isIdentifier(value)) {
    const initializer = initializerOf(value)
    if (initializer) {
      const text = adapterCall(initializer, further, auth, changes)
      if (text)
        changes
          .of(initializer)
          .replace(initializer, changes.of(initializer).styled(text, initializer))
      return `...${value.getText()}`
    }
  }
  const text = adapterCall(value, further, auth, changes)
  if (text) return `...${edits.styled(text, propertyOf(value))}`
  edits.mark(value, ADAPTER)
  return value.getText()
}

/** `luciaV3(driver(client), …)` for the creation of an adapter; `undefined` where the reader must write it. */
function adapterCall(
  value: Node,
  further: readonly string[],
  auth: AuthObject,
  changes: Changes,
): string | undefined {
  const edits = changes.of(value)
  const file = value.getSourceFile()
  if (
    Node.isObjectLiteralExpression(value) ||
    /__experimental_joinAdapters/.test(value.getText())
  ) {
    edits.mark(value, JOINED_ADAPTER)
    return undefined
  }
  if (!Node.isCallExpression(value) && !Node.isNewExpression(value)) return undefined
  const callee = value.getExpression()
  const specifier = importOf(callee)
  if (!specifier || !isLucia(specifier.from)) return undefined
  const { name, from } = specifier
  const args = value.getArguments()
  const call = `luciaV${auth.version}`
  if (/Drizzle/.test(name)) {
    const [db, sessions, users] = args
    const drizzle = db && drizzleClient(db, changes)
    const tables: Tables = {
      session: sessions && drizzleTable(sessions, ['id', 'userId', 'expiresAt']),
      user: users && drizzleTable(users, ['id']),
    }
    if (!drizzle) edits.mark(value, DRIZZLE_CLIENT)
    else edits.import('@limen/sql', drizzle.driver)
    edits.import('@limen/lucia', call)
    changes.dropImport(file, from, name)
    for (const argument of args) dropUnused(argument, changes)
    const client = drizzle ? `${drizzle.driver}(${drizzle.client})` : 'driver'
    return `${call}${typeArguments(tables)}(${client}, ${optionsText(tables, further)})`
  }
  if (/Prisma/i.test(name)) {
    edits.mark(value, PRISMA_CLIENT)
    return undefined
  }
  const driver = DRIVERS[name]
  if (!driver) {
    edits.mark(value, NO_ADAPTER)
    return undefined
  }
  const [client, given] = args
  const tables = namedTables(given, auth)
  edits.import('@limen/sql', driver)
  edits.import('@limen/lucia', call)
  changes.dropImport(file, from, name)
  const more = driver === 'mysql2' ? `, 'mysql'` : ''
  return `${call}${typeArguments(tables)}(${driver}(${client?.getText() ?? ''}${more}), ${optionsText(tables, further)})`
}

/** The tables of `{ user: 'user', session: 'user_session', key: 'user_key' }`, with the attributes' columns. */
function namedTables(given: Node | undefined, auth: AuthObject): Tables {
  const name = (key: string): string | undefined => {
    if (!Node.isObjectLiteralExpression(given)) return undefined
    const property = given.getProperty(key)
    return Node.isPropertyAssignment(property) ? property.getInitializer()?.getText() : undefined
  }
  const project = auth.creation.getProject()
  return {
    user: { table: name('user'), columns: attributesOf(project, auth, 'user') },
    session: { table: name('session'), columns: attributesOf(project, auth, 'session') },
    ...(auth.version === 2 && { key: { table: name('key') } }),
  }
}

/** The types of the attributes, as `luciaV2()` takes them. */
function typeArguments({ user, session }: Tables): string {
  const typeOf = (columns: Readonly<Record<string, { readonly ts: string }>> | undefined) => {
    const names = Object.entries(columns ?? {})
    return names.length
      ? `{ ${names.map(([key, { ts }]) => `${key}: ${ts}`).join('; ')} }`
      : 'object'
  }
  const users = typeOf(user?.columns)
  const sessions = typeOf(session?.columns)
  if (sessions !== 'object') return `<${users}, ${sessions}>`
  return users === 'object' ? '' : `<${users}>`
}

/** The client that Drizzle was given. It is imported where it is exported elsewhere. */
function drizzleClient(
  db: Node,
  changes: Changes,
): { readonly driver: string; readonly client: string } | undefined {
  const creation = initializerOf(db)
  if (!Node.isCallExpression(creation)) return undefined
  const driver = DRIZZLE_DRIVERS[importOf(creation.getExpression())?.from ?? '']
  const [client] = creation.getArguments()
  const declaration = client && declarationOf(client)
  if (!driver || !client || !declaration) return undefined
  const home = declaration.getSourceFile()
  if (home !== db.getSourceFile()) {
    if (!declaration.getVariableStatement()?.isExported()) return undefined
    changes.of(db).import(pathTo(home, db.getSourceFile()), declaration.getName())
  }
  return { driver, client: declaration.getName() }
}

/** Drops the import of a name that is used only here. */
function dropUnused(name: Node, changes: Changes): void {
  const imported = importOf(name)
  const file = name.getSourceFile()
  if (imported && usesIn(name, file).length === 1)
    changes.dropImport(file, imported.from, imported.name)
}

function declarationOf(name: Node): VariableDeclaration | undefined {
  const declaration = Node.isIdentifier(name)
    ? name.getDefinitionNodes().find((node) => Node.isVariableDeclaration(node))
    : undefined
  return Node.isVariableDeclaration(declaration) ? declaration : undefined
}

function initializerOf(name: Node): Node | undefined {
  return declarationOf(name)?.getInitializer()
}

/** The property that contains a node, or the node itself. */
function propertyOf(node: Node): Node {
  const parent = node.getParent()
  return Node.isPropertyAssignment(parent) ? parent : node
}

/** From which module an identifier is imported, and by which name it is exported there. */
export function importOf(node: Node): { readonly from: string; readonly name: string } | undefined {
  if (!Node.isIdentifier(node)) return undefined
  for (const declaration of node.getSourceFile().getImportDeclarations()) {
    for (const named of declaration.getNamedImports()) {
      if ((named.getAliasNode() ?? named.getNameNode()).getText() === node.getText()) {
        return { from: declaration.getModuleSpecifierValue(), name: named.getName() }
      }
    }
  }
  return undefined
}
