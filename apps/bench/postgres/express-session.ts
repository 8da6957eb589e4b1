/** express-session with connect-pg-simple on Express, with the settings of its README. */
import pgSimple from 'connect-pg-simple'
import express from 'express'
import session from 'express-session'
import { DAY } from '../src/subject.ts'
import { openPool } from './clients.ts'
import { type OpenPage, greeting } from './page.ts'

interface SignedIn {
  name?: string
}

export const expressSession: OpenPage = async (url) => {
  const Store = pgSimple(session)
  const app = express()
  app.use(
    session({
      store: new Store({ pool: openPool(url), createTableIfMissing: true }),
      secret: 'a secret for the bench',
      resave: false,
      saveUninitialized: false,
      cookie: { maxAge: 15 * DAY },
    }),
  )
  app.post('/sign-in', (request, response) => {
    const own: SignedIn = request.session as SignedIn
    own.name = request.query['name'] as string
    response.status(204).end()
  })
  app.get('/', (request, response) => {
    const { name }: SignedIn = request.session as SignedIn
    if (name) response.send(greeting(name))
    else response.status(401).send('Unauthorized')
  })
  return app
}
