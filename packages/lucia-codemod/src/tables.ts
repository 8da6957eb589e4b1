/** Finds the tables and columns that Lucia is given, in the types of its attributes and in a schema of Drizzle. */
import { Node, type Project, type Type } from 'ts-morph'
import type { AuthObject } from './finding.ts'

/** A column for one attribute. */
interface Column {
  /** How Limen stores it. */
  readonly type: 'text' | 'integer' | 'boolean' | 'json'
  /** Its type in TypeScript. */
  readonly ts: string
  /** Its name in the database, where it differs. */
  readonly name?: string | undefined
  /** Whether it can be left out. */
  readonly optional?: boolean
}

interface Table {
  /** The expression of its name. */
  readonly table?: string | undefined
  readonly columns?: Readonly<Record<string, Column>> | undefined
  /** Options of the layout that differ from the defaults. */
  readonly more?: Readonly<Record<string, string>> | undefined
}

/** The tables of users, sessions and, in version 2, keys. */
export interface Tables {
  readonly user: Table | undefined
  readonly session: Table | undefined
  readonly key?: Table
}

/** The options of `luciaV2()` or `luciaV3()`, with further ones that Lucia itself had. */
export function optionsText({ user, session, key }: Tables, further: readonly string[]): string {
  const parts = [
    ...Object.entries({ user, session, key }).flatMap(([name, table]) => {
      const text = table && tableText(table)
      return text ? [`${name}: ${text}`] : []
    }),
    ...further,
    'upgrade: false',
  ]
  return `{\n${parts.map((part) => `  ${part},\n`).join('')}}`
}

function tableText({ table, columns = {}, more = {} }: Table): string | undefined {
  const list = Object.entries(columns).map(([key, { type, name, optional }]) => {
    if (name === undefined && !optional) return `${key}: '${type}'`
    const options = [
      `type: '${type}'`,
      ...(name === undefined ? [] : [`name: '${name}'`]),
      ...(optional ? ['optional: true'] : []),
    ]
    return `${key}: { ${options.join(', ')} }`
  })
  const parts = [
    ...(table ? [`table: ${table}`] : []),
    ...Object.entries(more).map(([key, value]) => `${key}: ${value}`),
    ...(list.length ? [`columns: { ${list.join(', ')} }`] : []),
  ]
  return parts.length ? `{ ${parts.join(', ')} }` : undefined
}

/** The attributes of users or sessions, as the app declares them for Lucia. */
export function attributesOf(
  project: Project,
  { version }: Pick<AuthObject, 'version'>,
  of: 'user' | 'session',
): Readonly<Record<string, Column>> {
  const name = of === 'user' ? 'DatabaseUserAttributes' : 'DatabaseSessionAttributes'
  for (const file of project.getSourceFiles()) {
    for (const module of file.getModules()) {
      const moduleName = module.getName().replaceAll(/["']/g, '')
      if (moduleName.toLowerCase() !== 'lucia') continue
      const type =
        version === 2
          ? (module.getTypeAlias(name) ?? module.getInterface(name))?.getType()
          : module.getInterface('Register')?.getProperty(name)?.getType()
      if (type) return columnsOf(type, module)
    }
  }
  return {}
}

function columnsOf(type: Type, at: Node): Readonly<Record<string, Column>> {
  return Object.fromEntries(
    type.getProperties().map((property) => {
      const own = property.getTypeAtLocation(at)
      const value = own.getNonNullableType()
      const optional = property.isOptional()
      const column: Column = {
        type: columnTypeOf(value),
        ts: own.isNullable() && !optional ? `${value.getText(at)} | null` : value.getText(at),
        ...(optional && { optional }),
      }
      return [property.getName(), column]
    }),
  )
}

function columnTypeOf(type: Type): Column['type'] {
  if (type.isString() || type.isStringLiteral()) return 'text'
  if (type.isNumber()) return 'integer'
  if (type.isBoolean()) return 'boolean'
  return type.isUnion() && type.getUnionTypes().every((one) => one.isStringLiteral())
    ? 'text'
    : 'json'
}

/** How Drizzle's column functions store values. */
const DRIZZLE_TYPES: Readonly<Record<string, readonly [Column['type'], string]>> = {
  text: ['text', 'string'],
  varchar: ['text', 'string'],
  char: ['text', 'string'],
  integer: ['integer', 'number'],
  int: ['integer', 'number'],
  serial: ['integer', 'number'],
  bigint: ['integer', 'number'],
  boolean: ['boolean', 'boolean'],
}

/** The table that `sqliteTable('user', { … })` and its like define. */
export function drizzleTable(node: Node, known: readonly string[]): Table | undefined {
  const declaration = Node.isIdentifier(node)
    ? node.getDefinitionNodes().find((one) => Node.isVariableDeclaration(one))
    : undefined
  const creation = Node.isVariableDeclaration(declaration)
    ? declaration.getInitializer()
    : undefined
  if (!Node.isCallExpression(creation)) return undefined
  const [name, fields] = creation.getArguments()
  if (!Node.isObjectLiteralExpression(fields)) return undefined
  const columns: Record<string, Column> = {}
  const more: Record<string, string> = {}
  for (const property of fields.getProperties()) {
    if (!Node.isPropertyAssignment(property)) continue
    const key = property.getName()
    const column = drizzleColumn(property.getInitializerOrThrow(), key)
    if (!column) continue
    if (!known.includes(key)) {
      columns[key] = column
      continue
    }
    const inDatabase = column.name ?? key
    if (inDatabase !== DEFAULTS[key]) more[key] = `'${inDatabase}'`
    if (key === 'id' && column.type === 'integer') more['idType'] = `'integer'`
    if (key === 'expiresAt' && column.isPlainTimestamp) more['time'] = `'timestamp'`
  }
  return { table: name?.getText(), columns, more }
}

const DEFAULTS: Readonly<Record<string, string>> = {
  id: 'id',
  userId: 'user_id',
  expiresAt: 'expires_at',
}

/** `text('user_id').notNull()`: the innermost call has the type and the name. */
function drizzleColumn(
  node: Node,
  key: string,
): (Column & { readonly isPlainTimestamp: boolean }) | undefined {
  let call = node
  let isNullable = true
  while (Node.isCallExpression(call)) {
    const callee = call.getExpression()
    if (!Node.isPropertyAccessExpression(callee)) break
    if (['notNull', 'primaryKey'].includes(callee.getName())) isNullable = false
    call = callee.getExpression()
  }
  if (!Node.isCallExpression(call)) return undefined
  const [name, config] = call.getArguments()
  const named = Node.isStringLiteral(name) ? name.getLiteralValue() : key
  const callee = call.getExpression().getText()
  const [type, ts] = DRIZZLE_TYPES[callee] ?? ['json', 'unknown']
  const hasZone = Boolean((config ?? name)?.getText().includes('withTimezone: true'))
  return {
    type,
    ts: isNullable ? `${ts} | null` : ts,
    ...(named !== key && { name: named }),
    isPlainTimestamp: callee === 'timestamp' && !hasZone,
  }
}
