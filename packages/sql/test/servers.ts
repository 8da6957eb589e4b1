/** Starts the servers for the tests, once for all of them. */
import type { TestProject } from 'vitest/node'
import { startMariadb } from './mariadb.ts'
import { startPostgres } from './postgres.ts'

/** A PostgreSQL for tests, and what it takes to start another. */
export interface ProvidedPostgres {
  readonly url: string
  readonly binaries: string
}

declare module 'vitest' {
  interface ProvidedContext {
    /** How many random histories `pnpm soak` runs on every store, in place of the number in its test. */
    soak: { readonly histories: number; readonly seed: number } | undefined
    postgres: ProvidedPostgres | null
    mariadb: { readonly url: string } | null
    leftOut: readonly string[]
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [postgres, mariadb] = await Promise.all([
    startPostgres({ isDurable: false }),
    startMariadb(),
  ])
  const leftOut: string[] = []
  if (typeof postgres === 'string') {
    leftOut.push(`PostgreSQL (${postgres})`)
    project.provide('postgres', null)
  } else {
    project.provide('postgres', { url: postgres.url, binaries: postgres.binaries })
  }
  if (typeof mariadb === 'string') {
    leftOut.push(`MariaDB (${mariadb})`)
    project.provide('mariadb', null)
  } else {
    project.provide('mariadb', { url: mariadb.url })
  }
  project.provide('leftOut', leftOut)
  return async () => {
    const started = [postgres, mariadb].filter((server) => typeof server !== 'string')
    await Promise.all(started.map((server) => server.stop()))
  }
}
