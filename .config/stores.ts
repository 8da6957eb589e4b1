/** The README's table of stores, from what each package says of its own: `node .config/stores.ts` writes it. */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** What a package declares of one of its stores, in its `stores.json`. */
interface DeclaredStore {
  /** How it is made. */
  readonly call: string
  readonly engine: string
  /** What a strong read is sure to see. */
  readonly strongRead: string
  /** How late a revocation can be seen. */
  readonly revocation: string
  /** Calls to the engine. */
  readonly calls: Readonly<Record<'validate' | 'renew' | 'signIn' | 'revokeAll', string>>
  readonly runsOn: string
  /** Cases of the suite that it cannot promise, each with its reason. */
  readonly cannot: Readonly<Record<string, string>>
}

const root = fileURLToPath(new URL('..', import.meta.url))
const readme = `${root}README.md`
const MARKS = ['<!-- stores, by `node .config/stores.ts` -->\n\n', '\n\n<!-- /stores -->'] as const

/** The README with the table as it should be. */
export function readmeWithStores(): string {
  const text = readFileSync(readme, 'utf8')
  const [before, after] = [text.indexOf(MARKS[0]) + MARKS[0].length, text.indexOf(MARKS[1])]
  return text.slice(0, before) + tableOf(declaredStores()) + text.slice(after)
}

function declaredStores(): DeclaredStore[] {
  return readdirSync(`${root}packages`)
    .map((name) => `${root}packages/${name}/stores.json`)
    .filter((path) => existsSync(path))
    .flatMap((path) =>
      Object.values(JSON.parse(readFileSync(path, 'utf8')) as Record<string, DeclaredStore>),
    )
}

function tableOf(stores: readonly DeclaredStore[]): string {
  const rows = [
    ['store', 'engine', 'a strong read sees', 'a revocation is seen', 'calls¹', 'runs on'],
    ...stores.map(({ call, engine, strongRead, revocation, calls, runsOn }) => [
      `\`${call}\``,
      engine,
      strongRead,
      revocation,
      [calls.validate, calls.renew, calls.signIn, calls.revokeAll].join(' · '),
      runsOn,
    ]),
  ]
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`
  const [head, ...body] = rows.map(line)
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  const cannot = stores.flatMap(({ call, cannot }) =>
    Object.entries(cannot).map(([name, reason]) => `- \`${call}\`: “${name}”: ${reason}.`),
  )
  return [
    [head, rule, ...body].join('\n'),
    '¹ Calls to the engine to validate · to renew beside that · to sign in · to revoke all sessions of a user.',
    'What a store cannot promise, in the words of the suite:',
    cannot.join('\n'),
  ].join('\n\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(readme, readmeWithStores())
