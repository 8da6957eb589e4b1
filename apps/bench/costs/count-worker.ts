/** A Worker that counts on D1, Workers KV and Durable Objects, at their bindings. */
import { env } from 'cloudflare:workers'
import type { KvNamespace, SessionsNamespace, SessionsObject } from '@limen/workers'
import { d1Store, durableObjectStore, kvStore } from '@limen/workers'
import { LimenSessions } from '@limen/workers/durable-object'
import { counts, env as countedEnv } from '../whole/counted-env.ts'
import { type Counted, countOperations, counter } from './operations.ts'

interface Env {
  readonly KV: KvNamespace
  readonly SESSIONS: SessionsNamespace
}

interface Cursor {
  readonly rowsRead: number
  readonly rowsWritten: number
}

/** A user's object that reports the rows of its statements. */
export class Sessions extends LimenSessions {
  #cursors: Cursor[] = []
  #alarms = 0

  constructor(...args: ConstructorParameters<typeof LimenSessions>) {
    super(...args)
    const { storage } = this.ctx
    const { sql } = storage
    const exec = sql.exec.bind(sql)
    const watched = (...given: Parameters<typeof exec>) => {
      const cursor = exec(...given)
      // The structural type of the package has less than Cloudflare's cursor.
      this.#cursors.push(cursor as unknown as Cursor)
      return cursor
    }
    Object.defineProperty(sql, 'exec', { value: watched })
    const setAlarm = storage.setAlarm.bind(storage)
    const alarm = (...given: Parameters<typeof setAlarm>) => {
      this.#alarms++
      return setAlarm(...given)
    }
    Object.defineProperty(storage, 'setAlarm', { value: alarm })
  }

  /** The rows since the last call. An alarm is billed as a written row. */
  takenRows(): { rowsRead: number; rowsWritten: number } {
    const sum = (of: (cursor: Cursor) => number) =>
      this.#cursors.reduce((total, cursor) => total + of(cursor), 0)
    const rows = {
      rowsRead: sum(({ rowsRead }) => rowsRead),
      rowsWritten: sum(({ rowsWritten }) => rowsWritten) + this.#alarms,
    }
    this.#cursors = []
    this.#alarms = 0
    return rows
  }
}

export default {
  async fetch(): Promise<Response> {
    const { KV, SESSIONS } = env as unknown as Env
    return Response.json({
      d1: await onD1(),
      kv: await onKv(KV),
      objects: await onObjects(SESSIONS),
    })
  },
}

function onD1(): Promise<Counted> {
  return countOperations(d1Store(countedEnv.DB), () => {
    const { rowsRead, rowsWritten } = counts
    Object.assign(counts, { calls: 0, rowsRead: 0, rowsWritten: 0 })
    return present({ rowsRead, rowsWritten })
  })
}

function onKv(kv: KvNamespace): Promise<Counted> {
  const { add, taken } = counter()
  const counting: KvNamespace = {
    get(keys, options) {
      add('keysRead', Array.isArray(keys) ? keys.length : 1)
      add('readCalls')
      return kv.get(keys, options)
    },
    put(key, value, options) {
      add('writes')
      return kv.put(key, value, options)
    },
    delete(key) {
      add('deletes')
      return kv.delete(key)
    },
    list(options) {
      add('lists')
      return kv.list(options)
    },
  }
  return countOperations(kvStore(counting), taken)
}

function onObjects(sessions: SessionsNamespace): Promise<Counted> {
  const { add, taken } = counter()
  const used = new Set<{ takenRows: () => Promise<ReturnType<Sessions['takenRows']>> }>()
  const counting: SessionsNamespace = {
    idFromName: (name) => sessions.idFromName(name),
    get(id, options) {
      const object = sessions.get(id, options)
      used.add(object as never)
      return new Proxy(object, {
        get: (target, call: keyof SessionsObject) => {
          add('requests')
          return (...args: unknown[]) =>
            (target[call] as (...given: unknown[]) => Promise<unknown>)(...args)
        },
      })
    },
  }
  return countOperations(durableObjectStore(counting), async () => {
    let [rowsRead, rowsWritten] = [0, 0]
    for (const object of used) {
      const rows = await object.takenRows()
      rowsRead += rows.rowsRead
      rowsWritten += rows.rowsWritten
    }
    used.clear()
    return present({ ...taken(), rowsRead, rowsWritten })
  })
}

const present = (all: Record<string, number>) =>
  Object.fromEntries(Object.entries(all).filter(([, count]) => count > 0))
