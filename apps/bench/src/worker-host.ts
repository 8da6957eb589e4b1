/** A host in a Worker, which reads a command from the body of each request. */
import { type Command, hostOf } from './host.ts'
import type { Subject } from './subject.ts'

export function workerOf(subject: Subject): { fetch(request: Request): Promise<Response> } {
  const execute = hostOf(subject)
  return {
    fetch: async (request) => Response.json(await execute((await request.json()) as Command)),
  }
}
