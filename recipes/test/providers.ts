/** A program with the providers of the tests, on the port in PORT, for the app at ORIGIN. `GET /` returns what the tests need to know of them. */
import { serve } from '@hono/node-server'
import { githubServer } from './github-server.ts'
import { APP, type TestProviders } from './oauth-registration.ts'
import { startApple, startOpenId } from './openid-providers.ts'

const { PORT, ORIGIN = APP } = process.env
const port = Number(PORT)
const apple = await startApple(ORIGIN)
const providers: TestProviders = {
  openid: await startOpenId(ORIGIN),
  apple: apple.issuer,
  applePrivateKey: apple.privateKey,
  github: `http://127.0.0.1:${port}`,
}
const app = githubServer(ORIGIN)
app.get('/', (c) => c.json(providers))
serve({ fetch: app.fetch, port, hostname: '127.0.0.1' })
