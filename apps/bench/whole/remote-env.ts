/**
 * Takes the place of `cloudflare:workers` in an isolate that a Worker loads, which cannot have D1: the
 * statements go to that Worker.
 */
import { env as real } from 'cloudflare:workers'

interface Statement {
  readonly sql: string
  readonly values: readonly unknown[]
}

const { DATABASE } = real as unknown as {
  DATABASE: { fetch: (url: string, init: object) => Promise<{ json: () => Promise<unknown> }> }
}

async function run(statements: readonly Statement[]): Promise<{ results: unknown[] }[]> {
  const body = JSON.stringify(statements)
  const response = await DATABASE.fetch('http://bench/database', { method: 'POST', body })
  return (await response.json()) as { results: unknown[] }[]
}

function statementOf(sql: string, values: readonly unknown[]) {
  const all = async () => (await run([{ sql, values }]))[0]
  return {
    sql,
    values,
    bind: (...bound: unknown[]) => statementOf(sql, bound),
    all,
    run: all,
    first: async () => (await all())?.results[0] ?? null,
  }
}

const DB = {
  prepare: (sql: string) => statementOf(sql, []),
  batch: (statements: readonly Statement[]) => run(statements),
  exec: () => Promise.reject(new Error('exec() is not used')),
  withSession: (): unknown => DB,
  getBookmark: () => null,
}

export const env = { DB }
