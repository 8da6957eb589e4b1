/** Takes the place of `cloudflare:workers`: counts the calls of D1, and the rows that it reads and writes. */
import { env as real } from 'cloudflare:workers'
import type { D1Database, D1PreparedStatement, D1Result } from '@cloudflare/workers-types'

interface Counts {
  calls: number
  rowsRead: number
  rowsWritten: number
}

/** The counts so far. The harness reads and resets them; the apps cannot see them. */
export const counts: Counts = { calls: 0, rowsRead: 0, rowsWritten: 0 }

function add<Result extends D1Result<unknown>>({ meta, ...rest }: Result): Result {
  counts.rowsRead += meta.rows_read
  counts.rowsWritten += meta.rows_written
  return { meta, ...rest } as Result
}

const originals = new WeakMap<object, D1PreparedStatement>()

function statementOf(original: D1PreparedStatement): D1PreparedStatement {
  const statement = {
    bind: (...values: unknown[]) => statementOf(original.bind(...values)),
    async all() {
      counts.calls++
      return add(await original.all())
    },
    async run() {
      counts.calls++
      return add(await original.run())
    },
    async first(column?: string) {
      counts.calls++
      const [row] = add(await original.all<Record<string, unknown>>()).results
      return row === undefined ? null : column === undefined ? row : row[column]
    },
    async raw() {
      throw new Error('D1 does not report the rows of raw()')
    },
  } as unknown as D1PreparedStatement
  originals.set(statement, original)
  return statement
}

type Session = Pick<D1Database, 'prepare' | 'batch'>

function sessionOf<Of extends Session>(db: Of): Of {
  return {
    prepare: (sql: string) => statementOf(db.prepare(sql)),
    async batch(statements: D1PreparedStatement[]) {
      counts.calls++
      return (await db.batch(statements.map((one) => originals.get(one)!))).map(add)
    },
    exec: () => Promise.reject(new Error('exec() is not counted')),
    withSession: (bookmark?: string) =>
      sessionOf((db as unknown as D1Database).withSession(bookmark)),
    getBookmark: () => null,
  } as unknown as Of
}

export const env = { DB: sessionOf(real.DB) }
