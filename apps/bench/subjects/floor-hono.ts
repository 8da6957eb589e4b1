/** The smallest Hono app that responds with the id of the user. */
import { Hono } from 'hono'
import type { Opened } from '../src/subject.ts'

export function throughHono(
  validate: NonNullable<Opened['validate']>,
): (request: Request) => Response | Promise<Response> {
  const app = new Hono()
  app.get('/entries', async (c) => {
    const userId = await validate(c.req.raw)
    return userId === null ? c.text('Unauthorized', 401) : c.text(userId)
  })
  return (request) => app.fetch(request)
}
