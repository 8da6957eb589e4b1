/** Runs once before the tests: one PostgreSQL, where it can start. */
import type { TestProject } from 'vitest/node'
import { startPostgres } from '../../../packages/sql/test/postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The URL of the server; `null` where it cannot start. */
    pagesServer: string | null
    leftOut: readonly string[]
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres({ isDurable: false })
  const isMissing = typeof server === 'string'
  project.provide('pagesServer', isMissing ? null : server.url)
  project.provide('leftOut', isMissing ? [`PostgreSQL (${server})`] : [])
  return async () => {
    if (!isMissing) await server.stop()
  }
}
