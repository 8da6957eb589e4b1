/** A host in a Node or Deno process of its own, which reads commands as lines of JSON. */
import { createInterface } from 'node:readline'
import process from 'node:process'
import { type Command, hostOf } from './host.ts'
import type { Subject } from './subject.ts'

export async function serve(subject: Subject): Promise<void> {
  const execute = hostOf(subject, () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1000
  })
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await execute(JSON.parse(line) as Command))}\n`)
  }
}
