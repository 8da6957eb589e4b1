/** Fills a Deno KV with sessions through Limen's own store, in large commits; prints some cookies. */
import process from 'node:process'
import { denoKvStore } from '@limen/deno'
import {
  NAME,
  PER_USER,
  bareIdOf,
  commonFields,
  cookieOf,
  samplesOf,
  userIdOf,
} from './sessions.ts'

type Key = readonly string[]
interface Kv {
  get(key: Key): Promise<object>
  atomic(): { set(key: Key, value: unknown): unknown; commit(): Promise<unknown> }
  close(): void
}

const COMMIT = 500

const [path = '', from = '0', to = '0'] = process.argv.slice(2)
const kv = await (
  globalThis as unknown as { Deno: { openKv(at: string): Promise<Kv> } }
).Deno.openKv(path)
const users = new Map<string, Promise<object>>()
let pending: [Key, unknown][] = []

/** The same database, but it reads each user once, and collects writes without checks. */
const bulk = {
  get(key: Key) {
    const user = users.get(key.join('/')) ?? kv.get(key)
    users.set(key.join('/'), user)
    return user
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
const idOf = async (n: number) => (await store.route!(userIdOf(n))) + bareIdOf(n)

async function flush(): Promise<void> {
  const operation = kv.atomic()
  for (const [key, value] of pending) operation.set(key, value)
  pending = []
  await operation.commit()
}

const fields = commonFields()
for (let n = Number(from); n < Number(to); n++) {
  const userId = userIdOf(n)
  if (n % PER_USER === 0) {
    await store.createUser({ id: userId, attributes: { name: NAME } })
    await flush()
  }
  await store.insert({ id: await idOf(n), userId, ...fields })
  if (pending.length >= COMMIT) await flush()
}
await flush()
kv.close()

const ids = await Promise.all(samplesOf(Number(to)).map(idOf))
process.stdout.write(JSON.stringify(ids.map((id) => cookieOf('notes', id))))
