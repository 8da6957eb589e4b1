/** The store of every app: SQLite in a file, which answers later, and logs its calls. */
import { appendFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import type { Store } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { type SqlDriver, migrations, nodeSqlite, sqlStore } from '@limen/sql'

/** What the apps store with a user. */
export interface UserAttributes {
  readonly name: string
}

const DELAY_MS = 5

/** The store of the bench. Frameworks evaluate modules several times: all of them must find it. */
const shared = globalThis as { benchStore?: Store<UserAttributes, object> }

/**
 * Opens the store in the file that the environment variable `DATABASE` names. Each call resolves after
 * 5 ms, and adds a line with its name to the file `CALLS`. With `BENCH`, the store is in memory.
 */
export function openStore(): Store<UserAttributes, object> {
  if (process.env['BENCH']) return (shared.benchStore ??= memoryStore<UserAttributes>())
  const store = sqlStore<UserAttributes>(lazyDriver())
  const calls = Object.entries(store).map(([name, member]) =>
    typeof member === 'function' ? [name, watched(name, member as StoreFunction)] : [name, member],
  )
  return Object.fromEntries(calls) as typeof store
}

type StoreFunction = (...args: unknown[]) => Promise<unknown>

function watched(name: string, call: StoreFunction): StoreFunction {
  return async (...args) => {
    const { CALLS } = process.env
    if (CALLS) appendFileSync(CALLS, `${name}\n`)
    await setTimeout(DELAY_MS)
    return call(...args)
  }
}

/** Opens the file at the first call: a production build imports the app too, and has no database. */
function lazyDriver(): SqlDriver {
  let driver: SqlDriver | undefined
  const opened = () => (driver ??= openDriver())
  return {
    dialect: 'sqlite',
    query: async (...args) => opened().query(...args),
    change: async (...args) => opened().change(...args),
    transaction: async (...args) => opened().transaction(...args),
    batch: async (...args) => opened().batch(...args),
  }
}

function openDriver(): SqlDriver {
  const db = new DatabaseSync(process.env['DATABASE'] ?? 'app.db', { timeout: 5000 })
  for (const statement of migrations('sqlite')) db.exec(statement)
  return nodeSqlite(db)
}
