/** What the package uses of `cloudflare:workers`, so that it compiles without Cloudflare's types. */
declare module 'cloudflare:workers' {
  interface DurableObjectState {
    readonly storage: {
      readonly sql: {
        exec<Row>(query: string, ...bindings: unknown[]): { toArray(): Row[] }
      }
      readonly kv: {
        get(key: string): unknown
        put(key: string, value: string): void
        delete(key: string): boolean
      }
      transactionSync<Result>(closure: () => Result): Result
      getAlarm(): Promise<number | null>
      setAlarm(time: number): Promise<void>
      deleteAlarm(): Promise<void>
      deleteAll(): Promise<void>
    }
  }

  export class DurableObject {
    protected ctx: DurableObjectState
  }
}
