/** The index of addresses in Deno KV. */
import type { KvKey } from '@limen/deno'

/** The key whose value is the id of the user with this address. */
export function emailKey(email: string): KvKey {
  return ['email', email]
}
