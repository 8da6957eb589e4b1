/** What a Worker is given, by shape: Cloudflare's own types have it. */

/** What came in: a `Request`, with Cloudflare's `cf` wherever its types are at hand. */
export interface WorkerRequest extends Request {
  /** What Cloudflare knows about the visitor and the connection. */
  readonly cf?: Extract<(Request & { cf?: unknown })['cf'], { readonly colo: string }>
  /** The same request again, for a body that is read twice. */
  clone(): WorkerRequest
}

/** What a handler can ask of the runtime: `ExecutionContext` has it. */
export interface WorkerContext {
  /** Keeps the Worker running until some work is done, after the response if need be. */
  waitUntil(work: Promise<unknown>): void
  /** Passes the request on to the origin when the handler throws. */
  passThroughOnException(): void
  /** What the Worker that calls this one was bound with. */
  readonly props: unknown
}

/** The run of a cron trigger: `ScheduledController` has it. */
export interface WorkerSchedule {
  /** When it was due, in milliseconds since the epoch. */
  readonly scheduledTime: number
  /** The cron expression that was due. */
  readonly cron: string
  /** Asks not to run it again when the handler fails. */
  noRetry(): void
}

/** A message of a queue: `Message` has it. */
export interface WorkerMessage {
  /** Names it. */
  readonly id: string
  /** When it was sent. */
  readonly timestamp: Date
  /** What was sent. */
  readonly body: unknown
  /** How often it was delivered, this time included. */
  readonly attempts: number
  /** Confirms it, whatever becomes of the others. */
  ack(): void
  /** Has it delivered again, after as many seconds as given. */
  retry(options?: { delaySeconds?: number }): void
}

/** Messages of one queue: `MessageBatch` has it. */
export interface WorkerBatch {
  /** The queue's name. */
  readonly queue: string
  /** What was sent. */
  readonly messages: readonly WorkerMessage[]
  /** Confirms all of them. */
  ackAll(): void
  /** Has all of them delivered again, after as many seconds as given. */
  retryAll(options?: { delaySeconds?: number }): void
}

/** A mail that came in: `ForwardableEmailMessage` has it. */
export interface WorkerEmail {
  /** The envelope's sender. */
  readonly from: string
  /** The envelope's recipient. */
  readonly to: string
  /** The mail's headers. */
  readonly headers: Headers
  /** The whole mail. */
  readonly raw: ReadableStream<Uint8Array>
  /** How many bytes it has. */
  readonly rawSize: number
  /** Refuses it, with a reason for its sender. */
  setReject(reason: string): void
  /** Sends it on to an address that the account has verified. */
  forward(to: string, headers?: Headers): Promise<unknown>
}

/**
 * What a Worker does besides `fetch`, by Cloudflare's names. Where a parameter is given less than
 * Cloudflare's own type says, annotate it with that type.
 */
export interface WorkerEvents<Env> {
  /** Runs on a cron trigger. */
  scheduled?(controller: WorkerSchedule, env: Env, ctx: WorkerContext): void | Promise<void>
  /** Takes messages of a queue. */
  queue?(batch: WorkerBatch, env: Env, ctx: WorkerContext): void | Promise<void>
  /** Takes a mail. */
  email?(message: WorkerEmail, env: Env, ctx: WorkerContext): void | Promise<void>
  /** Takes what other Workers logged. */
  tail?(events: unknown, env: Env, ctx: WorkerContext): void | Promise<void>
  /** Takes what other Workers traced. */
  trace?(traces: unknown, env: Env, ctx: WorkerContext): void | Promise<void>
  /** Takes what another Worker logs, while it runs. */
  tailStream?(event: unknown, env: Env, ctx: WorkerContext): object | Promise<object>
  /** Takes a TCP connection. */
  connect?(socket: unknown, env: Env, ctx: WorkerContext): void | Promise<void>
  /** Runs a test of workerd's own. */
  test?(controller: unknown, env: Env, ctx: WorkerContext): void | Promise<void>
}

/** What a Worker exports by default: an `ExportedHandler`. */
export interface WorkerHandler<Env> extends WorkerEvents<Env> {
  /** Answers a request. */
  fetch(request: Request, env: Env, ctx: WorkerContext): Promise<Response>
  /** Runs on a cron trigger. */
  scheduled(controller: WorkerSchedule, env: Env, ctx: WorkerContext): Promise<void>
}
