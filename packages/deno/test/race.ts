/** A process of `deno-kv-processes.deno.ts`: makes many calls at once when its standard input ends. */
import { type MakeRecord, recordsFor } from '@limen/conformance'
import type { TicketRecord } from '@limen/core/tickets'
import { denoKvTicketStore } from '@limen/deno'
import { caseStore, withKv } from './kv.ts'

/** How many calls of a kind each process makes at once. */
export const RACERS = 25

/** How the calls of one process ended. */
export interface Race {
  /** What its attempts left of a ticket. */
  readonly attemptsLeft: readonly number[]
  /** How often it received each of the tickets. */
  readonly taken: readonly number[]
  /** How often it replaced the same session. */
  readonly replaced: number
  /** How many sign-ins of `ada` were below the limit. */
  readonly accepted: number
  /** How many were not. */
  readonly refused: number
  /** How many sign-ins of `bob` were stored. */
  readonly stored: number
}

/** What both processes race for. */
export async function raceFor(kv: Deno.Kv): Promise<{
  readonly record: MakeRecord
  readonly ticket: TicketRecord
  readonly tickets: readonly string[]
}> {
  const record = await recordsFor(caseStore(kv))
  const expiresAt = Date.now() + 3_600_000
  return {
    record,
    ticket: { id: 't'.repeat(43), codeHash: 'c'.repeat(43), attemptsLeft: 7, expiresAt, data: {} },
    tickets: Array.from({ length: 10 }, (_, n) => String(n).padStart(43, '_')),
  }
}

const times = async <Result>(call: (n: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: RACERS }, (_, n) => call(n)))

async function race(kv: Deno.Kv, name: string): Promise<Race> {
  const { record, ticket, tickets } = await raceFor(kv)
  const [store, ticketStore] = [caseStore(kv), denoKvTicketStore(kv)]
  const now = Date.now()
  const session = (kind: string, n: number, userId: string) =>
    record('s', {
      id: `${kind}${name}${n}`.padEnd(22, '_'),
      userId,
      createdAt: now + n,
      idlePeriodExpiresAt: now + 86_400_000,
    })
  console.log('ready')
  await Deno.stdin.read(new Uint8Array(1))

  const attempts = await times(() => ticketStore.attempt(ticket.id))
  const taken: number[] = []
  for (const id of tickets) {
    taken.push((await times(() => ticketStore.take(id))).filter((one) => one !== null).length)
  }
  const replaces = record('o', { userId: 'bob' }).id
  const replaced = await times((n) => store.insert(session('r', n, 'bob'), { replaces }))
  const signIns = await times((n) =>
    store.insert(session('a', n, 'ada'), { limit: { most: 3, onLimit: 'refuse', now } }).then(
      () => 'accepted',
      ({ code }: { code: string }) => code,
    ),
  )
  const stored = await times((n) =>
    store.insert(session('b', n, 'bob'), { limit: { most: 3, onLimit: 'revoke-oldest', now } }),
  )
  return {
    attemptsLeft: attempts.flatMap((one) => (one ? [one.attemptsLeft] : [])),
    taken,
    replaced: replaced.filter((user) => user !== null).length,
    accepted: signIns.filter((end) => end === 'accepted').length,
    refused: signIns.filter((end) => end === 'AUTH_SESSION_LIMIT').length,
    stored: stored.filter((user) => user !== null).length,
  }
}

if (import.meta.main) {
  const [path, name] = Deno.args as [string, string]
  await withKv(path, async (kv) => console.log(JSON.stringify(await race(kv, name))))
}
