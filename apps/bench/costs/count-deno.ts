/** Counts on Deno KV. Deno runs it, and it prints the counts. */
import process from 'node:process'
import { type Kv, type KvAtomic, denoKvStore } from '@limen/deno'
import { countOperations, counter } from './operations.ts'

const { Deno } = globalThis as unknown as {
  Deno: { openKv: (at: string) => Promise<Kv & { close(): void }> }
}
const kv = await Deno.openKv(':memory:')
const { add, taken } = counter()

/** The values of these operations are smaller than the 4 kB of a read unit and the 1 kB of a write unit. */
const counting: Kv = {
  get(key, options) {
    add('readUnits')
    return kv.get(key, options)
  },
  getMany(keys, options) {
    add('readUnits', keys.length)
    return kv.getMany(keys, options)
  },
  async *list<Value>(...args: Parameters<Kv['list']>) {
    add('readUnits')
    yield* kv.list<Value>(...args)
  },
  atomic() {
    const atomic = kv.atomic()
    const writing: KvAtomic = {
      check(check) {
        atomic.check(check)
        return writing as never
      },
      set(key, value, options) {
        add('writeUnits')
        atomic.set(key, value, options)
        return writing as never
      },
      delete(key) {
        add('writeUnits')
        atomic.delete(key)
        return writing as never
      },
      commit: () => atomic.commit(),
    } as KvAtomic
    return writing
  },
}

process.stdout.write(JSON.stringify(await countOperations(denoKvStore(counting), taken)))
kv.close()
