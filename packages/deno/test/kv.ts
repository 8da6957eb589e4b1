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
