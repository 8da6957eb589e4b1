/** The files of one run: the database of the app, and the calls of its store. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'

/** Where an app runs. */
export interface Environment {
  readonly folder: string
  /** Environment variables beside this process's own. */
  readonly env: Readonly<Record<string, string>>
}

/** The environment of an app, and what its store did. */
export interface Watched extends Environment, Disposable {
  /** Makes all sessions idle, as if a day and a half had passed. */
  readonly makeIdle: () => void
  /**
   * Returns the names of the store's calls since the last call of this function. Waits until there are
   * as many as expected, because a renewal can run after the response.
   */
  readonly calls: (expected?: number) => Promise<readonly string[]>
}

const SHIFT_MS = 36 * 3_600_000

/** Creates the files for an app. */
export function watch(folder: string, env: Readonly<Record<string, string>>): Watched {
  const files = mkdtempSync(join(tmpdir(), 'limen-example-'))
  const database = join(files, 'app.db')
  const log = join(files, 'calls')
  let seen = 0
  const lines = () => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(0, -1) : [])
  return {
    folder,
    env: { ...env, DATABASE: database, CALLS: log },
    makeIdle() {
      const db = new DatabaseSync(database, { timeout: 5000 })
      try {
        db.exec(
          `update limen_session set created_at = created_at - ${SHIFT_MS},
          active_expires_at = active_expires_at - ${SHIFT_MS},
          idle_expires_at = idle_expires_at - ${SHIFT_MS}`,
        )
      } finally {
        db.close()
      }
    },
    async calls(expected = 0) {
      for (const end = Date.now() + 2000; lines().length < seen + expected && Date.now() < end;) {
        await setTimeout(20)
      }
      // A call too many would come soon after the response.
      await setTimeout(30)
      const all = lines()
      const added = all.slice(seen)
      seen = all.length
      return added
    },
    [Symbol.dispose]: () => rmSync(files, { recursive: true, force: true }),
  }
}
