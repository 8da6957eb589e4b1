/** The binding that `kvStore` calls, structurally typed: `KVNamespace` fits. */

/** A Workers KV binding. */
export interface KvNamespace {
  /** Reads up to 100 values in one round trip; `null` for a missing key. */
  get<Value>(
    keys: string[],
    options: { type: 'json'; cacheTtl: number },
  ): Promise<Map<string, Value | null>>
  /** Writes a value, with a lifetime of at least 60 seconds. */
  put(key: string, value: string, options?: { expirationTtl?: number }): Promise<void>
  /** Deletes a value. */
  delete(key: string): Promise<void>
  /** Lists the keys with a prefix, up to 1,000 in one call. */
  list(options: { prefix: string; limit?: number; cursor?: string }): Promise<KvPage>
}

/** Some of the keys with a prefix. */
export interface KvPage {
  /** The keys. */
  readonly keys: readonly { readonly name: string }[]
  /** Whether these were the last. */
  readonly list_complete: boolean
  /** Where the next page begins. Absent on the last page. */
  readonly cursor?: string
}
