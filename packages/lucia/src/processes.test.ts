import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { openSqlite } from '../test/engines.ts'
import { signInByLucia } from '../test/sign-in.ts'

const program = fileURLToPath(new URL('../test/visitor-process.ts', import.meta.url))
const run = promisify(execFile)

it.each([1, 2, 3])(
  'two processes on one SQLite file move one row and give one token (round %i)',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'limen-lucia-'))
    const file = join(folder, 'app.db')
    const db = new DatabaseSync(file, { timeout: 10_000 })
    db.exec('pragma journal_mode = wal')
    const database = await openSqlite(3, db)
    const old = await signInByLucia(database, 3)
    const startsAt = String(Date.now() + 3000)

    const results = await Promise.all(
      [1, 2].map(() => run(process.execPath, [program, file, old, startsAt])),
    )

    const visits = results.flatMap(({ stdout }) => JSON.parse(stdout) as [string, string][])
    expect(visits).toHaveLength(50)
    expect(new Set(visits.map(([userId]) => userId))).toEqual(new Set(['ada']))
    expect(new Set(visits.map(([, token]) => token)).size).toBe(1)
    expect(await database.rows('select * from session')).toEqual([])
    expect(await database.rows('select * from limen_session')).toHaveLength(1)
    await database.close()
    rmSync(folder, { recursive: true })
  },
)
