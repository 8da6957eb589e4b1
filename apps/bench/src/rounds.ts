/** Measures all subjects in turn, round after round, so that other work on the machine affects all alike. */
import type { Runtime, Send } from './runtimes.ts'
import type { Workload } from './workloads.ts'

/** The times of one subject and workload: microseconds a request, one value for each round. */
export interface Measured {
  readonly subject: string
  readonly workload: string
  readonly times: readonly number[]
  /** What creating one request took, which is in no subject's time. */
  readonly making: readonly number[]
}

/** How much is measured. */
export interface Effort {
  readonly rounds: number
  /** Milliseconds of one subject's turn. */
  readonly turn: number
  /** Whether to measure processor time in Node and Deno: other processes do not affect it. */
  readonly cpu: boolean
}

/** The outcome of the check of one subject in one runtime. */
export interface Checked {
  readonly subject: string
  /** What it does not support, each with the reason. */
  readonly notes: readonly string[]
  /** Why it is not measured. */
  readonly error?: string | undefined
}

const LARGEST_BATCH = 8000
const TOGETHER = 20

/** Checks every subject. A subject that returns a wrong result is not measured. */
export async function checkAll({ hosts }: Runtime): Promise<Checked[]> {
  const all: Checked[] = []
  for (const [subject, { send }] of hosts) {
    const { notes, error } = await send({ do: 'check' })
    all.push({ subject, notes, error })
  }
  return all
}

/** Warms all subjects up, then measures each in every round. */
export async function measure(
  { hosts, chunk }: Runtime,
  subjects: readonly string[],
  workloads: readonly Workload[],
  { rounds, turn, cpu }: Effort,
): Promise<Measured[]> {
  const turns: (Measured & { take: () => Promise<void> })[] = []
  for (const workload of workloads) {
    for (const subject of subjects) {
      const { send } = hosts.get(subject)!
      const count = await batchOf(send, workload)
      if (count === 0) continue
      const times: number[] = []
      const making: number[] = []
      const take = async () => {
        const answer = await run(send, workload, count)
        times.push((answer.time / count) * 1000)
        making.push((answer.making / count) * 1000)
      }
      turns.push({ subject, workload: workload.name, times, making, take })
    }
  }
  for (let round = 0; round < rounds; round++) {
    // One workload after another, its subjects in random order.
    for (const { name } of workloads) {
      const own = turns.filter(({ workload }) => workload === name)
      for (const { take } of own.toSorted(() => Math.random() - 0.5)) await take()
    }
  }
  return turns

  async function run(send: Send, { name, call }: Workload, count: number) {
    const size = call === 'twenty' ? chunk / TOGETHER : chunk
    const answer = await send({
      do: 'run',
      workload: name,
      count,
      chunk: Math.min(size, count),
      cpu,
    })
    if (answer.error) throw new Error(`${name}: ${answer.error}`)
    return answer
  }

  /** How many requests fill a turn once the code is warm; 0 where the subject does not support it. */
  async function batchOf(send: Send, workload: Workload): Promise<number> {
    const largest = LARGEST_BATCH / (workload.call === 'twenty' ? TOGETHER : 1)
    let count = 1
    for (let warm = 0; warm < 3;) {
      const { able, time } = await run(send, workload, count)
      if (!able) return 0
      const fits = Math.floor((count * turn) / Math.max(time, 0.5))
      const next = Math.max(1, Math.min(largest, fits, count * 8))
      if (next <= count * 1.5) warm++
      count = next
    }
    return count
  }
}
