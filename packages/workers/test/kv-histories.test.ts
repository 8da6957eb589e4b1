/** Random histories over KV as one data center reads it: a map, so that thousands take seconds. */
import { type CaseSession, type CaseUser, type Pace, storeSuite } from '@limen/conformance'
import type { RoutedStore } from '@limen/core'
import { type KvNamespace, kvStore } from '@limen/workers'
import { describe, inject, it } from 'vitest'

describe('P1, P2: kvStore() without concurrent changes of one record', () => {
  const open = () => {
    const kv = kvInMemory()
    const inTurn = turns()
    const order = signIns()
    return {
      connect: (pace: Pace): RoutedStore<CaseUser, CaseSession> => {
        const store = kvStore<CaseUser, CaseSession>(pace(kv))
        // No answer is lost while a session replaces others: of its writes and deletions, each can fail.
        const withoutFaults = kvStore<CaseUser, CaseSession>(kv)
        return {
          ...store,
          insert: (session, options = {}) =>
            order.alone(() =>
              (options.replaces || options.limit ? withoutFaults : store).insert(session, options),
            ),
          read: (id, options) => order.beside(() => store.read(id, options)),
          delete: (id) => order.beside(() => store.delete(id)),
          deleteByUser: (id, which) => order.beside(() => store.deleteByUser(id, which)),
          renew: (id, deadlines) => order.beside(() => inTurn(() => store.renew(id, deadlines))),
          update: (id, attributes) =>
            order.beside(() => inTurn(() => store.update(id, attributes))),
          updateUser: (id, attributes) => inTurn(() => store.updateUser(id, attributes)),
        }
      },
    }
  }
  const chance = { histories: 400, ...inject('soak') }
  const histories = storeSuite({ open }, chance).filter(({ name }) =>
    name.includes('random histories'),
  )
  it.each(histories)('$name', ({ run }) => run())
})

function kvInMemory(): KvNamespace {
  const values = new Map<string, string>()
  return {
    async get<Value>(keys: string[]) {
      return new Map(
        keys.map((key) => [key, JSON.parse(values.get(key) ?? 'null') as Value | null]),
      )
    },
    async put(key, value) {
      values.set(key, value)
    },
    async delete(key) {
      values.delete(key)
    },
    async list({ prefix, limit = 1000 }) {
      const names = [...values.keys()].filter((key) => key.startsWith(prefix)).toSorted()
      return { keys: names.slice(0, limit).map((name) => ({ name })), list_complete: true }
    },
  }
}

/** Starts a call only when the previous one has finished. */
function turns() {
  let last: Promise<unknown> = Promise.resolve()
  return <Answer>(call: () => Promise<Answer>): Promise<Answer> => {
    const answer = last.then(call)
    last = answer.catch(() => {})
    return answer
  }
}

/** A session id is unknown before its sign-in is confirmed: no call that names one runs beside an insert. */
function signIns() {
  const others = new Set<Promise<unknown>>()
  const inTurn = turns()
  let signIn: Promise<unknown> = Promise.resolve()
  const settled = (call: Promise<unknown>) => call.catch(() => {})
  return {
    alone<Answer>(call: () => Promise<Answer>): Promise<Answer> {
      const answer = inTurn(async () => {
        await Promise.all([...others].map(settled))
        return call()
      })
      signIn = settled(answer)
      return answer
    },
    async beside<Answer>(call: () => Promise<Answer>): Promise<Answer> {
      // Another sign-in can have been queued during the wait.
      for (let awaited; awaited !== signIn;) await (awaited = signIn)
      const answer = call()
      others.add(answer)
      try {
        return await answer
      } finally {
        others.delete(answer)
      }
    },
  }
}
