/** Calls Workers KV: its limits, and the codes of its failures. */
import { firstLineOf, recordTooLarge, storeFailure } from '@limen/core/store-kit'
import type { KvNamespace, KvPage } from './kv.ts'
import { workersKv } from './messages.ts'

/** How long a value stays after it has expired, so that clocks need not agree; KV rejects less than a minute. */
export const GRACE: number = 60 * 60 * 1000
/** KV takes no larger number of seconds: 68 years. */
export const LONGEST_TTL: number = 2 ** 31 - 1
/** Four values of a validation hold attributes, and one bulk read returns 25 MiB at most. */
const LARGEST_VALUE = 6 * 1024 * 1024

/** The status of a value that is too large. */
const TOO_LARGE = /PUT failed: 413/
/** A key, a lifetime or a value that KV does not take. 429 and 5xx can pass. */
const REJECTED = /failed: (400|413|414) |^Workers KV: Key name|is not allowed as a key|out of range/

/** What the store calls. */
export interface KvClient extends Pick<KvNamespace, 'get' | 'delete' | 'list'> {
  /** Writes a value as JSON, for good or until a time. */
  put(key: string, value: unknown, until?: number): Promise<void>
  /** The names of all keys with a prefix. */
  namesUnder(prefix: string): Promise<string[]>
}

/** Wraps a binding: its failures get their codes. */
export function kvClient(namespace: KvNamespace): KvClient {
  const list: KvClient['list'] = (which) => coded(() => namespace.list(which))
  return {
    get: (keys, how) => coded(() => namespace.get(keys, how)),
    delete: (key) => coded(() => namespace.delete(key)),
    list,

    async put(key, value, until) {
      const seconds = Math.ceil((Math.max((until ?? 0) - Date.now(), 0) + GRACE) / 1000)
      const lifetime = until === undefined ? {} : { expirationTtl: Math.min(seconds, LONGEST_TTL) }
      const text = JSON.stringify(value)
      if (new TextEncoder().encode(text).length > LARGEST_VALUE) {
        throw recordTooLarge('Workers KV', '6 MiB')
      }
      await coded(() => namespace.put(key, text, lifetime))
    },

    async namesUnder(prefix) {
      const names: string[] = []
      let page: KvPage | undefined
      do {
        page = await list({ prefix, ...(page?.cursor && { cursor: page.cursor }) })
        names.push(...page.keys.map(({ name }) => name))
      } while (!page.list_complete)
      return names
    },
  }
}

/** For a renewal: only renewals write deadlines, so one that KV has just taken this second suffices. */
export function ignoreTooManyWrites(cause: unknown): void {
  if (!(cause instanceof Error && cause.message.endsWith('429 Too Many Requests'))) throw cause
}

/** Whether one bulk read would return more than KV allows. */
export function isTooMuchAtOnce(error: unknown): boolean {
  return error instanceof Error && error.message.includes('GET_BULK failed: 413')
}

async function coded<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call()
  } catch (cause) {
    throw storeFailure(workersKv(firstLineOf(cause)), TOO_LARGE, REJECTED, cause)
  }
}
