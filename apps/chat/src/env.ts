/** The Worker's bindings, as in wrangler.jsonc. */
import type { Room } from './room.ts'

export interface Env {
  readonly ASSETS: Fetcher
  readonly DB: D1Database
  readonly ROOM: DurableObjectNamespace<Room>
}
