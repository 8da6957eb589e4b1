/** A Worker that compares `store.read` with a read by hand, on D1 or on Durable Objects. */
import type { D1Database } from '@cloudflare/workers-types'
import { ROUTE_LENGTH } from '@limen/core/store-kit'
import { type SessionsNamespace, d1Store, durableObjectStore } from '@limen/workers'
import { LimenSessions } from '@limen/workers/durable-object'
import { QUESTION_MARK, parsed } from '../../../packages/sql/test/load-by-hand.ts'
import { type Reads, compare, fill } from '../../../packages/sql/test/load-compare.ts'

interface Env {
  readonly DB: D1Database
  readonly SESSIONS: SessionsNamespace
  readonly MIGRATION: string
  readonly COUNT: number
}

const JOIN =
  'select s.id, s.secret_hash, s.created_at, s.active_expires_at, s.idle_expires_at, s.attributes, u.id as user_id, u.attributes as user_attributes from limen_session as s, limen_user as u where s.id = ?'

/** A user's object with a read by hand beside Limen's own. */
export class Sessions extends LimenSessions {
  readByHand(sessionId: string): unknown {
    return this.ctx.storage.sql.exec(JOIN, sessionId).toArray()[0]
  }
}

export default {
  async fetch({ url }: Request, env: Env): Promise<Response> {
    const reads = url.endsWith('D1') ? await onD1(env) : await onObjects(env)
    return Response.json(await compare(reads, true))
  },
}

async function onD1({ DB, MIGRATION, COUNT }: Env): Promise<Reads> {
  await DB.batch(
    MIGRATION.split(';\n')
      .filter((statement) => statement.trim())
      .map((statement) => DB.prepare(statement)),
  )
  const store = d1Store(DB)
  const prepared = DB.prepare(QUESTION_MARK)
  return {
    store,
    ids: await fill(store, COUNT),
    byHand: async (id) => parsed(await prepared.bind(id).first()),
  }
}

async function onObjects({ SESSIONS, COUNT }: Env): Promise<Reads> {
  const store = durableObjectStore(SESSIONS)
  return {
    store,
    ids: await fill(store, COUNT),
    async byHand(id) {
      const name = SESSIONS.idFromName(id.slice(0, ROUTE_LENGTH))
      const object = SESSIONS.get(name) as unknown as {
        readByHand(sessionId: string): Promise<unknown>
      }
      return parsed(await object.readByHand(id))
    },
  }
}
