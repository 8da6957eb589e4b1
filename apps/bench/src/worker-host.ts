/** A host in a Worker: a command is a request's body. */
import { type Command, hostOf } from './host.ts'
import type { Subject } from './subject.ts'

export function workerOf(subject: Subject): { fetch(request: Request): Promise<Response> } {
  const answer = hostOf(subject)
  return {
    fetch: async (request) => Response.json(await answer((await request.json()) as Command)),
  }
}
