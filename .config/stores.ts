/** The table of stores in docs/stores.md, from the `stores.json` of each package. */
import { existsSync, readFileSync } from 'node:fs'
import { markdownTable } from 'markdown-table'
import { foldersIn, root } from './packages.ts'

/** What a package specifies of one of its stores, in its `stores.json`. */
interface StoreFacts {
  /** How it is created. */
  readonly call: string
  readonly engine: string
  /** What a strong read is sure to see. */
  readonly strongRead: string
  /** How late a revocation can be seen. */
  readonly revocation: string
  /** Calls to the engine. */
  readonly calls: Readonly<Record<'validate' | 'renew' | 'signIn' | 'revokeAll', string>>
  readonly runsOn: string
  /** Conformance cases that it does not pass, each with the reason. */
  readonly knownExceptions: Readonly<Record<string, string>>
}

/** The table, and below it the conformance cases that a store does not pass. */
export function storesMarkdown(): string {
  const stores = foldersIn('packages')
    .map((folder) => `${root}${folder}/stores.json`)
    .filter((path) => existsSync(path))
    .flatMap((path) =>
      Object.values(JSON.parse(readFileSync(path, 'utf8')) as Record<string, StoreFacts>),
    )
  const table = markdownTable([
    ['store', 'engine', 'a strong read sees', 'a revocation is seen', 'calls¹', 'runs on'],
    ...stores.map(({ call, engine, strongRead, revocation, calls, runsOn }) => [
      `\`${call}\``,
      engine,
      strongRead,
      revocation,
      [calls.validate, calls.renew, calls.signIn, calls.revokeAll].join(' · '),
      runsOn,
    ]),
  ])
  const exceptions = stores.flatMap(({ call, knownExceptions }) =>
    Object.entries(knownExceptions).map(([name, reason]) => `- \`${call}\`: “${name}”: ${reason}.`),
  )
  return [
    table,
    '¹ Calls to the engine to validate · to renew, in addition · to sign in · to revoke all sessions of a user.',
    'Known exceptions (conformance cases that a store does not pass):',
    exceptions.join('\n'),
  ].join('\n\n')
}
