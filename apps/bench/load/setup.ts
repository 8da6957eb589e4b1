/** Starts one PostgreSQL before the tests, if it is installed. */
import type { TestProject } from 'vitest/node'
import { startPostgres } from '../../../packages/sql/test/postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The URL of the server; `null` if it is not installed. */
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
