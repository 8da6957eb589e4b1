/** The clients through which the tests connect to real servers, each time to an empty database. */
import { neon as neonClient, neonConfig } from '@neondatabase/serverless'
import { createConnection, createPool } from 'mysql2/promise'
import { Client, Pool } from 'pg'
import postgresClient from 'postgres'
import { type SqlDriver, mysql2, neon, pg, postgresJs } from '../src/index.ts'

/** A server, reached through one client library. */
export interface ServerEngine {
  readonly name: string
  /** How many random histories each case runs: statements are the same for every client library. */
  readonly histories: number
  /** Creates an empty database, or a schema. It stays until the server is removed. */
  readonly open: () => Promise<EmptyDatabase>
}

/** An empty database on a server, or a schema. */
export interface EmptyDatabase {
  /** Creates tables, in a dialect that the server supports completely. */
  readonly maker: SqlDriver
  /** Creates a client with connections of its own: four by default. */
  connect(connections?: number): SqlDriver
  /** Closes all clients. */
  close(): Promise<void>
}

/** A client, and how to close it. */
interface Connected {
  readonly driver: SqlDriver
  end(): Promise<unknown>
}

/** PostgreSQL through each of its clients. */
export function postgresEngines(url: string, neonEndpoint: string): readonly ServerEngine[] {
  neonConfig.fetchEndpoint = () => neonEndpoint
  const engine = (
    name: string,
    histories: number,
    connect: (url: string, connections: number) => Connected,
  ): ServerEngine => ({
    name: `PostgreSQL through ${name}`,
    histories,
    async open() {
      const schema = newName()
      const client = new Client({ connectionString: url })
      await client.connect()
      await client.query(`create schema ${schema}`)
      await client.end()
      // Neon's client requires a password in the address.
      const address = new URL(`${url}?options=-c%20search_path%3D${schema}`)
      address.password = 'none'
      return databaseOf((connections) => connect(address.href, connections))
    },
  })
  return [
    engine('postgres.js', 200, (address, max) => {
      const client = postgresClient(address, { max, onnotice: () => {} })
      return { driver: postgresJs(client), end: () => client.end() }
    }),
    engine('pg', 40, (connectionString, max) => {
      const pool = new Pool({ connectionString, max })
      return { driver: pg(pool), end: () => pool.end() }
    }),
    engine('Neon over HTTP', 50, (address) => ({
      driver: neon(neonClient(address)),
      end: async () => {},
    })),
  ]
}

/** MariaDB in its own dialect, and in that of MySQL, of which it lacks only a collation. */
export function mariadbEngines(url: string): readonly ServerEngine[] {
  return (['mariadb', 'mysql'] as const).map((dialect) => ({
    name: `MariaDB in the dialect ${dialect}`,
    histories: dialect === 'mariadb' ? 200 : 40,
    async open() {
      const database = newName()
      const connection = await createConnection(url)
      await connection.query(`create database ${database}`)
      await connection.end()
      const connect =
        (name: 'mariadb' | 'mysql') =>
        (connectionLimit: number): Connected => {
          const pool = createPool({ uri: `${url}/${database}`, connectionLimit })
          return { driver: mysql2(pool, name), end: () => pool.end() }
        }
      return databaseOf(connect(dialect), connect('mariadb'))
    },
  }))
}

function databaseOf(
  make: (connections: number) => Connected,
  makeMaker: (connections: number) => Connected = make,
): EmptyDatabase {
  const maker = makeMaker(1)
  const clients = [maker]
  return {
    maker: maker.driver,
    connect(connections = 4) {
      const client = make(connections)
      clients.push(client)
      return client.driver
    },
    async close() {
      await Promise.all(clients.map((client) => client.end()))
    },
  }
}

function newName(): string {
  return `t${crypto.randomUUID().replaceAll('-', '')}`
}
