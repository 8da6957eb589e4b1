/** The part of Deno KV that the store calls, structurally typed: `Deno.Kv` fits. */

/** The key of an entry. */
export type KvKey = readonly (Uint8Array | string | number | bigint | boolean | symbol)[]

/** The result of a read: `versionstamp` is `null` when there is no value. */
export interface KvEntry<Value> {
  /** Its key. */
  readonly key: KvKey
  /** Its value. */
  readonly value: Value | null
  /** The version of the value. */
  readonly versionstamp: string | null
}

/** Several changes that are made together or not at all. */
export interface KvAtomic {
  /** Makes the changes only if an entry still has this version. */
  check(check: { key: KvKey; versionstamp: string | null }): this
  /** Writes a value, which expires after `expireIn` milliseconds. */
  set(key: KvKey, value: unknown, options?: { expireIn?: number }): this
  /** Deletes a value. */
  delete(key: KvKey): this
  /** Makes the changes; `ok` is false when a check failed. */
  commit(): Promise<{ ok: boolean }>
}

/** How fresh a read must be. */
export interface KvReadOptions {
  /** `eventual` can read from a replica. */
  consistency?: 'strong' | 'eventual'
}

/** A key-value database, as `Deno.openKv()` returns it. */
export interface Kv {
  /** Reads one entry. */
  get<Value>(key: KvKey, options?: KvReadOptions): Promise<KvEntry<Value>>
  /** Reads several entries in one round trip. */
  getMany<Values extends readonly unknown[]>(
    keys: readonly [...{ [Key in keyof Values]: KvKey }],
    options?: KvReadOptions,
  ): Promise<{ [Key in keyof Values]: KvEntry<Values[Key]> }>
  /** Reads all entries whose keys begin with a prefix. */
  list<Value>(
    selector: { prefix: KvKey },
    options?: KvReadOptions & { batchSize?: number },
  ): AsyncIterable<KvEntry<Value>>
  /** Starts an atomic operation. */
  atomic(): KvAtomic
}
