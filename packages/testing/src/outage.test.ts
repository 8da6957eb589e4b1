import { limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { signIn, withOutage } from '@limen/testing'
import { describe, expect, it } from 'vitest'

describe('withOutage()', () => {
  it('makes every call of a store fail', async () => {
    const store = memoryStore()
    const { session, user, request } = await signIn(limen({ store }), {})
    const auth = limen({ store: withOutage(store) })
    for (const call of [
      () => auth.createUser({}),
      () => auth.createSession(user),
      () => auth.getSession(session.sessionId),
      () => auth.invalidateSession(session.sessionId),
      () => auth.deleteExpiredSessions(),
      () => auth.handleRequest(request('/')).validate(),
    ]) {
      await expect(call()).rejects.toMatchObject({
        code: 'AUTH_STORE_UNAVAILABLE',
        cause: new Error('withOutage(): the service is unavailable'),
      })
    }
    expect(await limen({ store }).getSession(session.sessionId)).not.toBeNull()
  })

  it('makes each chain of calls of a binding fail when it is awaited', async () => {
    interface Statement {
      bind(...values: unknown[]): Statement
      first(): Promise<object | null>
    }
    class Database {
      readonly #rows = [{ n: 1 }]
      readonly name = 'DB'
      prepare(_sql: string): Statement {
        return { bind: () => this.prepare(''), first: async () => this.#rows[0] ?? null }
      }
    }
    const db = new Database()
    const chain = (database: Database) => database.prepare('SELECT 1').bind(1).first()
    const query = async (database: Database) => chain(database)
    expect(await query(db)).toEqual({ n: 1 })

    const down = withOutage(db)
    expect(down.name).toBe('DB')
    expect(down).toBeInstanceOf(Database)
    const message = 'withOutage(): the service is unavailable'
    await expect(query(down)).rejects.toThrow(new Error(message))
    expect(await chain(down).catch((error: Error) => error.message)).toBe(message)
    const seen: string[] = []
    const closed = async () => chain(down).finally(() => seen.push('finally'))
    await expect(closed()).rejects.toThrow(message)
    expect(seen).toEqual(['finally'])

    let isDown = false
    const changing = withOutage(db, () => isDown)
    expect(await query(changing)).toEqual({ n: 1 })
    isDown = true
    await expect(query(changing)).rejects.toThrow(message)
    isDown = false
    expect(await query(changing)).toEqual({ n: 1 })
  })

  it('leaves the traits of a store as they are', () => {
    const traits = { staleMisses: true }
    expect(withOutage({ ...memoryStore(), traits }).traits).toBe(traits)
  })

  it('leaves no unhandled rejection where code only looks for a promise', async () => {
    const result: unknown = withOutage(memoryStore()).readUser('ada')
    expect(result).toBeInstanceOf(Promise)
    await new Promise((resolve) => {
      setTimeout(resolve, 1)
    })
  })
})
