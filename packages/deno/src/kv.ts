/** The part of Deno KV that the store uses, structurally typed: `Deno.Kv` fits. */

/** The key of an entry. */
export type KvKey = readonly (Uint8Array | string | number | bigint | boolean | symbol)[]

/** What a read found: `versionstamp` is `null` when there is nothing. */
export interface KvEntry<Value> {
  /** Where it is. */
  readonly key: KvKey
  /** What it is. */
  readonly value: Value | null
  /** Which change made it so. */
  readonly versionstamp: string | null
}

/** Several changes that happen together or not at all. */
export interface KvAtomic {
  /** Lets the changes happen only while an entry is as it was. */
  check(check: { key: KvKey; versionstamp: string | null }): this
  /** Writes a value, for as many milliseconds as given. */
  set(key: KvKey, value: unknown, options?: { expireIn?: number }): this
  /** Removes a value. */
  delete(key: KvKey): this
  /** Makes the changes; `ok` is false when a check did not hold. */
  commit(): Promise<{ ok: boolean }>
}

/** How fresh a read must be. */
export interface KvReadOptions {
  /** `eventual` may be answered by a copy nearby. */
  consistency?: 'strong' | 'eventual'
}

/** A key-value database: what `Deno.openKv()` gives. */
export interface Kv {
  /** Reads one entry. */
  get<Value>(key: KvKey, options?: KvReadOptions): Promise<KvEntry<Value>>
  /** Reads several entries in one round trip. */
  getMany<Values extends readonly unknown[]>(
    keys: readonly [...{ [Key in keyof Values]: KvKey }],
    options?: KvReadOptions,
  ): Promise<{ [Key in keyof Values]: KvEntry<Values[Key]> }>
  /** Reads all entries below a key. */
  list<Value>(
    selector: { prefix: KvKey },
    options?: KvReadOptions & { batchSize?: number },
  ): AsyncIterable<KvEntry<Value>>
  /** Begins several changes. */
  atomic(): KvAtomic
}
