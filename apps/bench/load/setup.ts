/** Starts one PostgreSQL before the tests, if it is installed. */
import { execa } from 'execa'
import type { TestProject } from 'vitest/node'
import { startPostgres } from '../../../packages/sql/test/postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The URL of the server; `null` if it is not installed. */
    pagesServer: string | null
    /** Whether `redis-server` and `redis-cli` are installed. */
    hasRedis: boolean
    leftOut: readonly string[]
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres({ isDurable: false })
  const isMissing = typeof server === 'string'
  project.provide('pagesServer', isMissing ? null : server.url)
  const hasRedis = await isInstalled('redis-server', 'redis-cli')
  project.provide('hasRedis', hasRedis)
  project.provide('leftOut', [
    ...(isMissing ? [`PostgreSQL (${server})`] : []),
    ...(hasRedis ? [] : ['Redis (redis-server is not installed)']),
  ])
  return async () => {
    if (!isMissing) await server.stop()
  }
}

async function isInstalled(...programs: string[]): Promise<boolean> {
  const found = programs.map((program) => execa(program, ['--version'], { reject: false }))
  return (await Promise.all(found)).every(({ failed }) => !failed)
}
