/** What the Worker is bound to: see wrangler.jsonc. */
import type { Room } from './room.ts'

export interface Env {
  readonly DB: D1Database
  readonly ROOM: DurableObjectNamespace<Room>
}
