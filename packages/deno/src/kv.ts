/** The part of Deno KV that the store uses, by shape: `Deno.Kv` has it, on Deno and on Deno Deploy. */

/** The key of an entry. */
export type KvKey = readonly (Uint8Array | string | number | bigint | boolean | symbol)[]

/** What a read found: `versionstamp` is `null` when there is nothing. */
export interface KvEntry<Value> {
  readonly key: KvKey
  readonly value: Value | null
  readonly versionstamp: string | null
}

/** Several changes that happen together or not at all. */
export interface KvAtomic {
  check(check: { key: KvKey; versionstamp: string | null }): this
  set(key: KvKey, value: unknown, options?: { expireIn?: number }): this
  delete(key: KvKey): this
  commit(): Promise<{ ok: boolean }>
}

/** How fresh a read must be. */
export interface KvReadOptions {
  consistency?: 'strong' | 'eventual'
}

/** A key-value database: what `Deno.openKv()` gives. */
export interface Kv {
  get<Value>(key: KvKey, options?: KvReadOptions): Promise<KvEntry<Value>>
  getMany<Values extends readonly unknown[]>(
    keys: readonly [...{ [Key in keyof Values]: KvKey }],
    options?: KvReadOptions,
  ): Promise<{ [Key in keyof Values]: KvEntry<Values[Key]> }>
  list<Value>(
    selector: { prefix: KvKey },
    options?: KvReadOptions & { batchSize?: number },
  ): AsyncIterable<KvEntry<Value>>
  atomic(): KvAtomic
}
