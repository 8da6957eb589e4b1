/** The smallest Worker that finds the user of a request with h3: nothing is stored. */
import { H3, getSession } from 'h3'

const app = new H3().get('/', async (event) => {
  const session = await getSession<{ userId: string }>(event, {
    name: '__Host-session',
    password: 'a secret of more than thirty-two characters, for the bench',
  })
  return session.data.userId ?? 'anonymous'
})

export default { fetch: (request: Request) => app.fetch(request) }
