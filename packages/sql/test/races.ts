/** Races of eight clients, each with a connection of its own: what must hold in every order. */
import { type CaseSession, type CaseUser, recordsFor } from '@limen/conformance'
import type { Store } from '@limen/core'
import { expect } from 'vitest'

type CaseStore = Store<CaseUser, CaseSession>

/** One race, on an empty engine. */
export interface Race {
  readonly name: string
  readonly run: (clients: readonly CaseStore[]) => Promise<void>
}

const ROUNDS = 25
const FAR = 4_000_000_000_000

const strongly = { consistency: 'strong' } as const
const ada = { id: 'ada', attributes: { name: 'Ada' } }
/** A text as long as the public id of a session. */
const idOf = (...parts: (string | number)[]) => parts.join('-').padEnd(22, '_')
const soon = () => Math.trunc(Math.random() * 1_000_000)
const all = <Value>(clients: readonly CaseStore[], call: (store: CaseStore, n: number) => Value) =>
  Promise.all(clients.map(call))

/** The races, for any engine. */
export const races: readonly Race[] = [
  {
    name: 'P1: no client finds a session after its confirmed revocation, while all renew and update it',
    async run(clients) {
      const [first, ...others] = clients as [CaseStore, ...CaseStore[]]
      const record = await recordsFor(first)
      for (let round = 0; round < ROUNDS; round++) {
        await first.createUser(ada)
        const { id } = record('a', { id: idOf('revoked', round) })
        await first.insert(record('a', { id }))
        const far = { activePeriodExpiresAt: FAR, idlePeriodExpiresAt: FAR }
        let isRevoked = false
        const busy = all(others, async (store) => {
          for (let turn = 0; turn < 4; turn++) {
            const isTooLate = isRevoked
            const answers = [await store.renew(id, far), await store.update(id, { seen: turn })]
            if (isTooLate) expect(answers).toEqual([false, false])
          }
        })
        await first.read(id, strongly)
        if (round % 3 === 0) await first.delete(id)
        else if (round % 3 === 1) await first.deleteByUser('ada', {})
        else await first.deleteUser('ada')
        isRevoked = true
        expect(await all(clients, (store) => store.read(id, strongly))).toEqual(
          clients.map(() => null),
        )
        await busy
        expect(await first.read(id, strongly)).toBe(null)
      }
    },
  },
  {
    name: 'P2: deleteByUser() deletes all earlier sessions except one, while others sign in',
    async run(clients) {
      const [first, ...others] = clients as [CaseStore, ...CaseStore[]]
      const record = await recordsFor(first)
      await first.createUser(ada)
      for (let round = 0; round < ROUNDS; round++) {
        const before = clients.map((_, n) => record('b', { id: idOf('before', round, n) }))
        await all(clients, (store, n) => store.insert(before[n]!))
        const excepted = before[round % before.length]!.id
        const during = others.map((_, n) => record('d', { id: idOf('during', round, n) }))
        const busy = all(others, async (store, n) => {
          await store.renew(excepted, { activePeriodExpiresAt: FAR, idlePeriodExpiresAt: FAR + n })
          expect(await store.insert(during[n]!)).toEqual(ada)
          expect(await store.update(excepted, { seen: n })).toBe(true)
        })
        await first.deleteByUser('ada', { except: excepted })
        const left = await all(clients, (store, n) => store.read(before[n]!.id, strongly))
        expect(left.map((found) => found?.session.id)).toEqual(
          before.map(({ id }) => (id === excepted ? excepted : undefined)),
        )
        await busy
        expect((await first.read(excepted, strongly))?.session.idlePeriodExpiresAt).toBe(FAR + 6)
        const listed = (await first.listByUser('ada')).map(({ session }) => session.id)
        const reads = await all(others, (store, n) => store.read(during[n]!.id, strongly))
        const alive = reads.flatMap((found) => (found ? [found.session.id] : []))
        expect(listed.toSorted()).toEqual([excepted, ...alive].toSorted())
        await first.deleteByUser('ada', {})
      }
    },
  },
  {
    name: 'P2: deleting a user deletes all its sessions, also those created concurrently',
    async run(clients) {
      const [first, ...others] = clients as [CaseStore, ...CaseStore[]]
      const record = await recordsFor(first)
      for (let round = 0; round < ROUNDS; round++) {
        await first.createUser(ada)
        const before = record('b', { id: idOf('before', round) })
        await first.insert(before)
        const ids = others.map((_, n) => idOf('orphan', round, n))
        const signIns = all(others, (store, n) => store.insert(record('o', { id: ids[n]! })))
        await first.deleteUser('ada')
        const after = all(clients, async (store, n) => [
          await store.read(before.id, strongly),
          await store.insert(record('l', { id: idOf('late', round, n) })),
        ])
        expect(await after).toEqual(clients.map(() => [null, null]))
        for (const answer of await signIns) expect([ada, null]).toContainEqual(answer)
        const reads = await all(others, (store, n) => store.read(ids[n]!, strongly))
        expect(reads).toEqual(others.map(() => null))
        await first.createUser(ada)
        expect(await first.listByUser('ada')).toEqual([])
      }
    },
  },
  {
    name: 'P7: of many renewals at once the latest deadline stays, each on its own',
    async run(clients) {
      const [first] = clients as [CaseStore]
      const record = await recordsFor(first)
      await first.createUser(ada)
      const session = record('a')
      await first.insert(session)
      const given = clients.map(() =>
        Array.from({ length: ROUNDS }, () => ({
          activePeriodExpiresAt: session.activePeriodExpiresAt + soon(),
          idlePeriodExpiresAt: session.idlePeriodExpiresAt + soon(),
        })),
      )
      await all(clients, async (store, n) => {
        let last = { activePeriodExpiresAt: 0, idlePeriodExpiresAt: 0 }
        for (const deadlines of given[n]!) {
          expect(await store.renew(session.id, deadlines)).toBe(true)
          const found = (await store.read(session.id, strongly))!.session
          for (const period of ['activePeriodExpiresAt', 'idlePeriodExpiresAt'] as const) {
            expect(found[period]).toBeGreaterThanOrEqual(Math.max(last[period], deadlines[period]))
          }
          last = found
        }
      })
      const flat = given.flat()
      expect((await first.read(session.id, strongly))?.session).toEqual({
        ...session,
        activePeriodExpiresAt: Math.max(...flat.map((one) => one.activePeriodExpiresAt)),
        idlePeriodExpiresAt: Math.max(...flat.map((one) => one.idlePeriodExpiresAt)),
      })
    },
  },
  {
    name: 'P7: what is renewed in time is not purged, and what is purged is not renewed',
    async run(clients) {
      const [first] = clients as [CaseStore]
      const record = await recordsFor(first)
      await first.createUser(ada)
      for (let round = 0; round < ROUNDS; round++) {
        const ids = Array.from({ length: 16 }, (_, n) => idOf('expired', round, n))
        for (const id of ids) await first.insert(record('e', { id, idlePeriodExpiresAt: 10 }))
        const far = { activePeriodExpiresAt: FAR, idlePeriodExpiresAt: FAR }
        let purged = 0
        const answers = await all(clients, async (store, n) => {
          const count = n % 4 ? 0 : await store.deleteExpired!({ now: 10, limit: 5 })
          purged += count
          const mine = ids.filter((_, index) => index % clients.length === n)
          return Promise.all(mine.map(async (id) => ({ id, renewed: await store.renew(id, far) })))
        })
        const renewed = answers.flat().filter((answer) => answer.renewed)
        const listed = (await first.listByUser('ada')).map(({ session }) => session.id)
        expect(listed.toSorted()).toEqual(renewed.map(({ id }) => id).toSorted())
        expect(purged).toBe(ids.length - renewed.length)
        await first.deleteByUser('ada', {})
      }
    },
  },
  {
    name: 'concurrent merges of attributes lose none',
    async run(clients) {
      const [first] = clients as [CaseStore]
      const record = await recordsFor(first)
      await first.createUser(ada)
      await first.insert(record('a'))
      const { id } = record('a')
      await all(clients, async (store, n) => {
        for (let turn = 0; turn < 5; turn++) {
          const attributes = { [`a${n}${turn}`]: n } as unknown as CaseUser
          await Promise.all([
            store.updateUser('ada', attributes),
            store.update(id, attributes as object),
          ])
        }
      })
      const given = clients.flatMap((_, n) => [0, 1, 2, 3, 4].map((turn) => [`a${n}${turn}`, n]))
      const found = await first.read(id, strongly)
      const attributes = Object.fromEntries(given) as object
      expect(found?.user.attributes).toEqual({ name: 'Ada', ...attributes })
      expect(found?.session.attributes).toEqual({ device: 'device a', ...attributes })
    },
  },
  {
    name: 'a user is created once, however many try',
    async run(clients) {
      for (let round = 0; round < ROUNDS; round++) {
        const created = await all(clients, (store, n) =>
          store.createUser({ id: `user ${round}`, attributes: { name: `client ${n}` } }),
        )
        const winner = created.indexOf(true)
        expect(created).toEqual(clients.map((_, n) => n === winner))
        expect((await clients[0]!.readUser(`user ${round}`))?.attributes.name).toBe(
          `client ${winner}`,
        )
      }
    },
  },
]
