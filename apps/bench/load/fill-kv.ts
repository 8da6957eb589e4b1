/** Adds sessions to a Deno KV through Limen's own store, in large commits, and prints some cookies. */
import process from 'node:process'
import { routeOf } from '@limen/core/store-kit'
import { denoKvStore } from '@limen/deno'
import { PER_USER, fill, plainIdOf, userIdOf } from '../../../packages/sql/test/load-compare.ts'
import { SECRET_HASH, cookieOf, samplesOf } from './sessions.ts'

type Key = readonly string[]
interface DenoKv {
  atomic(): { set(key: Key, value: unknown): unknown; commit(): Promise<unknown> }
  close(): void
}

const COMMIT = 500

const [path = '', from = '0', to = '0'] = process.argv.slice(2)
const kv = await (
  globalThis as unknown as { Deno: { openKv(at: string): Promise<DenoKv> } }
).Deno.openKv(path)
const users = new Map<string, unknown>()
let pending = kv.atomic()
let size = 0

async function commit(): Promise<void> {
  const full = pending
  pending = kv.atomic()
  size = 0
  await full.commit()
}

/** Collects writes, and reads only the users that were written: no other process uses the database. */
const bulk = {
  get: () => undefined,
  list: () => undefined,
  getMany: async (keys: readonly Key[]) =>
    keys.map((key) => {
      const value = users.get(key.join('/')) ?? null
      return { key, value, versionstamp: value && '0' }
    }),
  atomic() {
    const operation = {
      check: () => operation,
      set(key: Key, value: unknown) {
        if (key[1] === 'user') users.set(key.join('/'), value)
        pending.set(key, value)
        size++
        return operation
      },
      async commit() {
        if (size >= COMMIT) await commit()
        return { ok: true }
      },
    }
    return operation
  },
}
const options = { from: Number(from), secretHash: SECRET_HASH }
await fill(denoKvStore(bulk as never), Number(to), options)
await commit()
kv.close()

const cookies = samplesOf(Number(to)).map(async (n) => {
  const route = await routeOf(userIdOf(Math.floor(n / PER_USER)))
  return cookieOf('notes', route + plainIdOf(n))
})
process.stdout.write(JSON.stringify(await Promise.all(cookies)))
