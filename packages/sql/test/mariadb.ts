/** A real MariaDB, where the system has one. */
import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { findPort, makeFolder, startDaemon } from './daemon.ts'

/** A MariaDB that runs. */
export interface Mariadb {
  /** For a user with all privileges; no database is chosen. */
  readonly url: string
  /** Stops it and removes all it had. */
  stop(): Promise<void>
}

/** Starts a MariaDB on an empty data folder. Returns the server, or why there is none. */
export async function startMariadb(): Promise<Mariadb | string> {
  const server = await find('mariadbd')
  const install = await find('mariadb-install-db')
  if (!server || !install) return 'no mariadbd'
  const folder = await makeFolder()
  const data = join(folder.path, 'data')
  const port = await findPort()
  const url = `mysql://root@127.0.0.1:${port}`
  const daemon = await startDaemon({
    install: [
      install,
      '--no-defaults',
      `--datadir=${data}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      // Also where the system cannot resolve the name of its own host.
      '--force',
    ],
    command: [
      server,
      '--no-defaults',
      `--datadir=${data}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--socket=${join(folder.path, 'socket')}`,
      `--pid-file=${join(folder.path, 'pid')}`,
      '--skip-name-resolve',
      '--max-connections=200',
      // No test cuts its power.
      '--innodb-flush-log-at-trx-commit=0',
    ],
    folder: folder.path,
    signal: 'TERM',
    isReady: async () => (await createConnection(url)).end(),
  })
  return {
    url,
    async stop() {
      await daemon.stop()
      await folder.remove()
    },
  }
}

/** The path of a program, or `null`. Debian installs servers outside of a user's PATH. */
async function find(program: string): Promise<string | null> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']
  for (const folder of folders) {
    const path = join(folder, program)
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (found) return path
  }
  return null
}
