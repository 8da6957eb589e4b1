/** Asks every subject everything in turn, round after round, so that other work on the machine hits all alike. */
import type { Runtime, Tell } from './runtimes.ts'
import type { Workload } from './workloads.ts'

/** What a subject took for one workload: microseconds a request, one value for each round. */
export interface Measured {
  readonly subject: string
  readonly workload: string
  readonly times: readonly number[]
  /** What making one request took, which is in nobody's time. */
  readonly making: readonly number[]
}

/** How long it may take. */
export interface Effort {
  readonly rounds: number
  /** Milliseconds of one subject's turn. */
  readonly turn: number
  /** Whether the processor's time is taken in Node and Deno: it does not see who else works. */
  readonly cpu: boolean
}

/** What a check told of one subject in one runtime. */
export interface Checked {
  readonly subject: string
  /** What it cannot do, each with the reason. */
  readonly notes: readonly string[]
  /** Why it is left out. */
  readonly error?: string | undefined
}

const LARGEST_BATCH = 8000
const TOGETHER = 20

/** Checks every subject: whoever answers wrongly is not timed. */
export async function checkAll({ hosts }: Runtime): Promise<Checked[]> {
  const all: Checked[] = []
  for (const [subject, { tell }] of hosts) {
    const { notes, error } = await tell({ do: 'check' })
    all.push({ subject, notes, error })
  }
  return all
}

/** Warms everybody up, then lets each take its turns. */
export async function measure(
  { hosts, chunk }: Runtime,
  subjects: readonly string[],
  workloads: readonly Workload[],
  { rounds, turn, cpu }: Effort,
): Promise<Measured[]> {
  const asked: (Measured & { times: number[]; making: number[]; take: () => Promise<void> })[] = []
  for (const workload of workloads) {
    for (const subject of subjects) {
      const { tell } = hosts.get(subject)!
      const count = await batchOf(tell, workload)
      if (count === 0) continue
      const times: number[] = []
      const making: number[] = []
      const take = async () => {
        const answer = await run(tell, workload, count)
        times.push((answer.time / count) * 1000)
        making.push((answer.making / count) * 1000)
      }
      asked.push({ subject, workload: workload.name, times, making, take })
    }
  }
  for (let round = 0; round < rounds; round++) {
    // One workload after another, its subjects in another order each time.
    for (const { name } of workloads) {
      const turns = asked.filter(({ workload }) => workload === name)
      for (const { take } of turns.toSorted(() => Math.random() - 0.5)) await take()
    }
  }
  return asked.map(({ subject, workload, times, making }) => ({ subject, workload, times, making }))

  async function run(tell: Tell, { name, ask }: Workload, count: number) {
    const size = ask === 'twenty' ? chunk / TOGETHER : chunk
    const answer = await tell({
      do: 'run',
      workload: name,
      count,
      chunk: Math.min(size, count),
      cpu,
    })
    if (answer.error) throw new Error(`${name}: ${answer.error}`)
    return answer
  }

  /** How many requests fill a turn, once the code is warm; none, where the subject is not able. */
  async function batchOf(tell: Tell, workload: Workload): Promise<number> {
    const largest = LARGEST_BATCH / (workload.ask === 'twenty' ? TOGETHER : 1)
    let count = 1
    for (let warm = 0; warm < 3;) {
      const { able, time } = await run(tell, workload, count)
      if (!able) return 0
      const fits = Math.floor((count * turn) / Math.max(time, 0.5))
      const next = Math.max(1, Math.min(largest, fits, count * 8))
      if (next <= count * 1.5) warm++
      count = next
    }
    return count
  }
}
