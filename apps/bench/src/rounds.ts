/** Asks every subject in turn, round after round, so that other work on the machine hits all alike. */
import type { Found, Runtime, Tell } from './runtimes.ts'
import type { Workload } from './workloads.ts'

/** What a subject took for one workload: microseconds a request, one value for each round. */
export interface Measured {
  readonly subject: string
  readonly workload: string
  readonly times: readonly number[]
}

/** How long it may take. */
export interface Effort {
  readonly rounds: number
  /** Milliseconds of one subject's turn. */
  readonly turn: number
}

const LARGEST_BATCH = 8000

/** What a check told of one subject in one runtime. */
export interface Checked {
  readonly name: string
  /** What it cannot do, each with the reason. */
  readonly notes: readonly string[]
  /** Why it is left out. */
  readonly error?: string | undefined
}

/** Checks every subject: whoever answers wrongly is not timed. */
export async function checkAll({ hosts }: Runtime): Promise<Checked[]> {
  const all: Checked[] = []
  for (const [name, tell] of hosts) {
    const { notes, error } = await tell({ do: 'check' })
    all.push({ name, notes, error })
  }
  return all
}

export async function measure(
  { hosts, chunk }: Runtime,
  subjects: readonly Found[],
  workload: Workload,
  { rounds, turn }: Effort,
): Promise<Measured[]> {
  const together = workload.ask === 'twenty' ? 20 : 1
  const asked: { name: string; count: number; tell: Tell; times: number[] }[] = []
  for (const { name } of subjects) {
    const tell = hosts.get(name)!
    const count = await batchOf(tell)
    if (count > 0) asked.push({ name, count, tell, times: [] })
  }
  for (let round = 0; round < rounds; round++) {
    // Another order in each round: nobody always comes after the same.
    for (const subject of asked.toSorted(() => Math.random() - 0.5)) {
      const time = await timeOf(subject.tell, subject.count)
      subject.times.push((time! / subject.count) * 1000)
    }
  }
  return asked.map(({ name, times }) => ({ subject: name, workload: workload.name, times }))

  async function timeOf(tell: Tell, count: number): Promise<number | null> {
    const answer = await tell({
      do: 'run',
      workload: workload.name,
      count,
      chunk: Math.min(chunk / together, count),
    })
    if (answer.error) throw new Error(`${workload.name}: ${answer.error}`)
    return answer.able ? answer.time : null
  }

  /** How many requests fill a turn, once the code is warm. */
  async function batchOf(tell: Tell): Promise<number> {
    const largest = LARGEST_BATCH / together
    let count = 1
    for (let warm = 0; warm < 3;) {
      const time = await timeOf(tell, count)
      if (time === null) return 0
      const fits = Math.floor((count * turn) / Math.max(time, 0.5))
      const next = Math.max(1, Math.min(largest, fits, count * 8))
      if (next <= count * 1.5) warm++
      count = next
    }
    return count
  }
}
