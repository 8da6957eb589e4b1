/** The parts of Cloudflare's handler types that the adapter uses, structurally typed. */

/** An incoming request, with `cf` where Cloudflare's types are installed. */
export interface WorkerRequest extends Request {
  /** What Cloudflare reports about the client and the connection. */
  readonly cf?: Extract<(Request & { cf?: unknown })['cf'], { readonly colo: string }>
  /** Copies the request, so that its body can be read twice. */
  clone(): WorkerRequest
}

/** The part of `ExecutionContext` that every runtime version has. */
export interface WorkerContext {
  /** Keeps the Worker running until the promise settles, also after the response. */
  waitUntil(work: Promise<unknown>): void
  /** Sends the request to the origin if the handler throws. */
  passThroughOnException(): void
  /** The props of the service binding that called this Worker. */
  readonly props: unknown
}

/** One run of a cron trigger, as in `ScheduledController`. */
export interface WorkerSchedule {
  /** The scheduled time, in milliseconds since the Unix epoch. */
  readonly scheduledTime: number
  /** The cron expression that matched. */
  readonly cron: string
  /** Prevents a second run if the handler fails. */
  noRetry(): void
}
