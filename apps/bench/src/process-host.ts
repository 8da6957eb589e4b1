/** A host in a process of its own, Node's or Deno's: commands come in by lines of JSON. */
import { createInterface } from 'node:readline'
import process from 'node:process'
import { type Command, hostOf } from './host.ts'
import type { Subject } from './subject.ts'

export async function serve(subject: Subject): Promise<void> {
  const answer = hostOf(subject, () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1000
  })
  for await (const line of createInterface({ input: process.stdin })) {
    const said = JSON.stringify(await answer(JSON.parse(line) as Command))
    process.stdout.write(`${said}\n`)
  }
}
