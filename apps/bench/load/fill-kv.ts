/** Fills a Deno KV with sessions through Limen's own store, in large commits; prints some cookies. */
import process from 'node:process'
import { routeOf, withPlainIds } from '@limen/core/store-kit'
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
interface Entry {
  readonly key: Key
  readonly value: unknown
  readonly versionstamp: string | null
}
interface DenoKv {
  get(key: Key): Promise<Entry>
  atomic(): { set(key: Key, value: unknown): unknown; commit(): Promise<unknown> }
  close(): void
}

const COMMIT = 500

const [path = '', from = '0', to = '0'] = process.argv.slice(2)
const kv = await (
  globalThis as unknown as { Deno: { openKv(at: string): Promise<DenoKv> } }
).Deno.openKv(path)
const ofUsers = new Map<string, Promise<Entry>>()
let pending: [Key, unknown][] = []

/** The same database, but it reads each user once, and collects writes without checks. */
const bulk = {
  get: (key: Key) => kv.get(key),
  async getMany([user, generation, session]: readonly [Key, Key, Key]) {
    const ofUser = [user, generation].map((key) => {
      const entry = ofUsers.get(key.join('/')) ?? kv.get(key)
      ofUsers.set(key.join('/'), entry)
      return entry
    })
    return [...(await Promise.all(ofUser)), { key: session, value: null, versionstamp: null }]
  },
  list() {
    throw new Error('A session is inserted without a list')
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
const store = withPlainIds(denoKvStore<{ name: string }, object>(bulk as never))
const idOf = async (n: number) => (await routeOf(userIdOf(n))) + bareIdOf(n)

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
