/** Every available engine: those inside the process, and the servers that could be started. */
import { afterAll, inject } from 'vitest'
import type { SqlDriver } from '../src/index.ts'
import { embedded } from './embedded.ts'
import { mariadbEngines, postgresEngines } from './engines.ts'
import { startNeonEndpoint } from './neon-endpoint.ts'

/** An engine, empty. */
export interface Opened {
  readonly driver: SqlDriver
  /** Creates tables, in a dialect that the engine supports completely. */
  readonly maker: SqlDriver
  /** A driver with connections of its own, where the engine has several. */
  readonly connect: (connections?: number) => SqlDriver
  readonly close: () => unknown
}

/** The engines by name. Call it once in a test file, before its tests. */
export async function everywhere(): Promise<[name: string, open: () => Promise<Opened>][]> {
  const [postgres, mariadb] = [inject('postgres'), inject('mariadb')]
  const endpoint = await startNeonEndpoint()
  afterAll(() => endpoint.stop())
  const servers = [
    ...(postgres ? postgresEngines(postgres.url, endpoint.url) : []),
    ...(mariadb ? mariadbEngines(mariadb.url) : []),
  ]
  return [
    ...Object.entries(embedded).map(([name, open]): [string, () => Promise<Opened>] => [
      name,
      async () => {
        const opened = await open()
        return { ...opened, maker: opened.driver, connect: () => opened.driver }
      },
    ]),
    ...servers.map(({ name, open }): [string, () => Promise<Opened>] => [
      name,
      async () => {
        const database = await open()
        return {
          driver: database.connect(),
          maker: database.maker,
          connect: (connections) => database.connect(connections),
          close: () => database.close(),
        }
      },
    ]),
  ]
}
