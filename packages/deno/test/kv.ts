/** What the tests on Deno KV share. */
import type { CaseSession, CaseUser } from '@limen/conformance'
import { type PlainStore, withPlainIds } from '@limen/core/store-kit'
import { type Kv, denoKvStore } from '@limen/deno'

/** Throws when two values differ as JSON. */
export function equal(actual: unknown, expected: unknown, what = 'value'): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (a !== b) throw new Error(`${what}: expected ${b}, got ${a}`)
}

/** A store whose ids are plain. */
export const caseStore = (kv: Kv): PlainStore<CaseUser, CaseSession> =>
  withPlainIds(denoKvStore<CaseUser, CaseSession>(kv))

/** Attributes of any name. */
export type AnyAttributes = Readonly<Record<string, unknown>>

/** A store for attributes of any name, whose ids are plain. */
export const anyStore = (kv: Kv): PlainStore<AnyAttributes, AnyAttributes> =>
  withPlainIds(denoKvStore<AnyAttributes, AnyAttributes>(kv))

/** Opens a database for a test, and closes it. */
export async function withKv(path: string, run: (kv: Deno.Kv) => Promise<void>): Promise<void> {
  using kv = await Deno.openKv(path)
  await run(kv)
}

/** Runs with the path of a database in a folder, and deletes the folder. */
export async function inFile(run: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir()
  try {
    await run(`${folder}/kv.sqlite3`)
  } finally {
    await Deno.remove(folder, { recursive: true })
  }
}

/** The database, with the name of each call noted. */
export function countedKv(kv: Deno.Kv, calls: string[]): Deno.Kv {
  return new Proxy(kv, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      return (...args: unknown[]) => {
        calls.push(String(name))
        return member.apply(target, args) as unknown
      }
    },
  })
}

/** The database, in which something else happens once, right before the first commit. */
export function interruptedKv(kv: Deno.Kv, interrupt: () => Promise<unknown>): Kv {
  let pending: (() => Promise<unknown>) | undefined = interrupt
  const interrupted: Kv = {
    get: (key, options) => kv.get(key as Deno.KvKey, options) as never,
    getMany: (keys, options) => kv.getMany(keys as never, options) as never,
    list: ({ prefix }, options) => kv.list({ prefix: prefix as Deno.KvKey }, options) as never,
    atomic() {
      const atomic = kv.atomic()
      const commit = atomic.commit.bind(atomic)
      atomic.commit = async () => {
        const now = pending
        pending = undefined
        await now?.()
        return commit()
      }
      return atomic as never
    },
  }
  return interrupted
}

/** The code and message of a call's error. */
export async function failureOf(work: () => unknown): Promise<[code: string, message: string]> {
  const error = await Promise.resolve()
    .then(work)
    .then(
      () => new Error('it resolved'),
      (thrown: unknown) => thrown as Error & { code: string },
    )
  equal(error.name, 'AuthError', error.message)
  equal(/private|SECRET/.test(error.message), false, error.message)
  return [(error as { code: string }).code, error.message]
}
