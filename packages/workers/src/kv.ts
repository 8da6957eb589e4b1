/** The part of a Workers KV binding that the store uses, structurally typed: `KVNamespace` fits. */

/** A Workers KV binding. */
export interface KvNamespace {
  /** Reads up to 100 values in one round trip; `null` for what is not there. */
  get<Value>(
    keys: string[],
    options: { type: 'json'; cacheTtl: number },
  ): Promise<Map<string, Value | null>>
  /** Writes a value, for as many seconds as given: at least 60. */
  put(key: string, value: string, options?: { expirationTtl?: number }): Promise<void>
  /** Removes a value. */
  delete(key: string): Promise<void>
  /** Names the keys with a beginning, up to 1,000 at once. */
  list(options: { prefix: string; limit?: number; cursor?: string }): Promise<KvPage>
}

/** Some of the keys with a beginning. */
export interface KvPage {
  /** The keys. */
  readonly keys: readonly { readonly name: string }[]
  /** Whether these were the last. */
  readonly list_complete: boolean
  /** Where to go on, unless these were the last. */
  readonly cursor?: string
}
