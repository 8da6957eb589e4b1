/** Makes the calls of a store on Deno KV. */
import { RETRY, checkClient, hasMethod, kindOf, retrying } from '@limen/core/store-kit'
import { failureOf, isLocked } from './deno-kv-failure.ts'
import type { Kv } from './kv.ts'
import { KV_FORM, PROMISE_OF_KV, gaveUp } from './messages.ts'

/** About 6 seconds, with the waits between them. */
const ATTEMPTS = 100
/** Longer waits would only help writers that have just begun. */
const LONGEST_WAIT_MS = 128
/** After waiting this long for a lock, an attempt is not made again: another program holds it. */
const LONG_LOCK_MS = 4000

/** Checks that a store of the named function is given a Deno KV. */
export function checkKv(store: string, kv: Kv, methods: readonly (keyof Kv)[]): void {
  checkClient(store, KV_FORM, kv, methods, (given) =>
    hasMethod(given, 'then') ? PROMISE_OF_KV : kindOf(given),
  )
}

/** Makes an atomic call, and makes it again while others change the same entries. Failures get codes. */
export function atomicCall<Answer>(once: () => Promise<Answer | typeof RETRY>): Promise<Answer> {
  async function coded(): Promise<Answer | typeof RETRY> {
    const started = Date.now()
    try {
      return await once()
    } catch (cause) {
      if (isLocked(cause) && Date.now() - started < LONG_LOCK_MS) return RETRY
      throw failureOf(cause)
    }
  }
  return retrying(coded, {
    attempts: ATTEMPTS,
    longestWaitMs: LONGEST_WAIT_MS,
    message: gaveUp(ATTEMPTS),
  })
}
