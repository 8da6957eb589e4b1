/** The smallest Hono app that responds with the id of the user, by Limen. */
import { type Store, limen } from '@limen/core'
import { type AuthVariables, authenticate } from '@limen/hono'
import { Hono } from 'hono'

export function throughHono(
  store: Store<object, object>,
): (request: Request) => Response | Promise<Response> {
  const auth = limen({ store })
  const app = new Hono<{ Variables: AuthVariables<typeof auth> }>()
  app.use(authenticate(auth))
  app.get('/entries', async (c) => {
    const session = await c.var.auth.validate()
    return session ? c.text(session.user.userId) : c.text('Unauthorized', 401)
  })
  return (request) => app.fetch(request)
}
