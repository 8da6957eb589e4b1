/** Fills a Deno KV with sessions through Limen's own store, in large commits; prints some cookies. */
import process from 'node:process'
import { denoKvStore } from '@limen/deno'
import { NAME, PER_USER, bareIdOf, commonFields, cookieOf, userIdOf } from './sessions.ts'

type Key = readonly string[]
interface Kv {
  get(key: Key): Promise<object>
  atomic(): { set(key: Key, value: unknown): unknown; commit(): Promise<unknown> }
  close(): void
}

const SAMPLES = 1000
const COMMIT = 500

const [path = '', from = '0', to = '0'] = process.argv.slice(2)
const kv = await (
  globalThis as unknown as { Deno: { openKv(at: string): Promise<Kv> } }
).Deno.openKv(path)
const users = new Map<string, Promise<object>>()
let pending: [Key, unknown][] = []

/** The same database, except that a user is read once and nothing is checked before it is written. */
const bulk = {
  get(key: Key) {
    const known = users.get(key.join('/')) ?? kv.get(key)
    users.set(key.join('/'), known)
    return known
  },
  atomic() {
    const operation = {
      check: () => operation,
      set(key: Key, value: unknown) {
        pending.push([key, value])
        return operation
      },
      commit: async () => ({ ok: true }),
    }
    return operation
  },
}
const store = denoKvStore<{ name: string }, object>(bulk as never)

async function flush(): Promise<void> {
  const operation = kv.atomic()
  for (const [key, value] of pending) operation.set(key, value)
  pending = []
  await operation.commit()
}

const fields = commonFields()
const step = Math.max(1, Math.floor(Number(to) / SAMPLES))
for (let n = Number(from); n < Number(to); n++) {
  const userId = userIdOf(Math.floor(n / PER_USER))
  if (n % PER_USER === 0) {
    await store.createUser({ id: userId, attributes: { name: NAME } })
    await flush()
  }
  const id = (await store.route!(userId)) + bareIdOf(n)
  await store.insert({ id, userId, ...fields })
  if (pending.length >= COMMIT) await flush()
}
await flush()
kv.close()

const cookies: string[] = []
for (let n = 0; n < Number(to); n += step) {
  cookies.push(cookieOf((await store.route!(userIdOf(Math.floor(n / PER_USER)))) + bareIdOf(n)))
}
process.stdout.write(JSON.stringify(cookies))
