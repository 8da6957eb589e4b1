/** Run by `deno test`: the stores of two processes that share a database in a file. */
import { denoKvTicketStore } from '@limen/deno'
import { type Race, RACERS, raceFor } from './race.ts'
import { caseStore, equal, inFile, withKv } from './kv.ts'

const program = new URL('race.ts', import.meta.url).pathname

/** Starts a process, waits until it has opened the database, and returns what starts its calls. */
async function racer(path: string, name: string): Promise<() => Promise<Race>> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ['run', '--no-lock', '--no-check', '--cached-only', '--unstable-kv'].concat(
      '--allow-read',
      '--allow-write',
      program,
      path,
      name,
    ),
    stdin: 'piped',
    stdout: 'piped',
  }).spawn()
  const lines = process.stdout.pipeThrough(new TextDecoderStream()).getReader()
  equal((await lines.read()).value, 'ready\n')
  return async () => {
    await process.stdin.close()
    let text = ''
    for (let part; !(part = await lines.read()).done;) text += part.value
    await process.status
    return JSON.parse(text) as Race
  }
}

Deno.test(`P1: calls of two processes at once, ${RACERS} each, are exact`, () =>
  inFile(async (path) => {
    await withKv(path, async (kv) => {
      const { record, ticket, tickets } = await raceFor(kv)
      const store = caseStore(kv)
      for (const id of ['ada', 'bob']) await store.createUser({ id, attributes: { name: id } })
      await store.insert(record('o', { userId: 'bob' }))
      const ticketStore = denoKvTicketStore(kv)
      for (const id of tickets) await ticketStore.put({ ...ticket, id })
      await ticketStore.put(ticket)
    })
    const starts = await Promise.all(['one', 'two'].map((name) => racer(path, name)))
    const [one, two] = (await Promise.all(starts.map((start) => start()))) as [Race, Race]

    equal(
      [...one.attemptsLeft, ...two.attemptsLeft].toSorted((a, b) => b - a),
      [6, 5, 4, 3, 2, 1, 0],
      'what the attempts left',
    )
    equal(
      one.taken.map((count, n) => count + two.taken[n]!),
      one.taken.map(() => 1),
      'takers',
    )
    equal(one.replaced + two.replaced, 1, 'replacements')
    equal(one.accepted + two.accepted, 3, 'sign-ins below the limit')
    equal(one.refused + two.refused, 2 * RACERS - 3, 'refused sign-ins')
    equal(one.stored + two.stored, 2 * RACERS, 'sign-ins that revoke the oldest')
    await withKv(path, async (kv) => {
      for (const id of ['ada', 'bob']) equal((await caseStore(kv).listByUser(id)).length, 3, id)
    })
  }))
