import { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { requireOrigin } from '@limen/node'
import { page } from 'driver/page'
import express, { type Request, type Response } from 'express'
import { auth } from './auth.ts'

const app = express()

app.use(requireOrigin(auth), express.urlencoded())

const who = async (request: Request, response: Response): Promise<string> =>
  (await auth.handleRequest(request, response).validate())?.user.name ?? 'anonymous'

app.get('/', async (request, response) => {
  response.send(page(await who(request, response)))
})

app.post('/sign-up', async (request: Request<object, string, { name: string }>, response) => {
  const { userId } = await auth.createUser({ attributes: { name: request.body.name } })
  auth.handleRequest(request, response).setSession(await auth.createSession({ userId }))
  response.cookie('theme', 'dark').redirect(303, '/')
})

app.post('/sign-out', async (request, response) => {
  const authRequest = auth.handleRequest(request, response)
  const session = await authRequest.validate()
  if (session) await auth.invalidateSession(session.sessionId)
  authRequest.setSession(null)
  response.redirect(303, '/')
})

app.get('/public', (_, response) => void response.send('public'))

app.get('/twice', async (request, response) => {
  const [one, other] = await Promise.all([who(request, response), who(request, response)])
  response.send(one === other ? `who: ${one}` : 'two answers')
})

app.get('/redirect', async (request, response) => {
  await who(request, response)
  response.redirect('/public')
})

app.get('/stream', async (request, response) => {
  const name = await who(request, response)
  async function* body() {
    yield 'who: '
    await setTimeout(20)
    yield name
  }
  Readable.from(body()).pipe(response)
})

app.get('/late', async (request, response) => {
  response.write('who: ')
  response.end(await who(request, response))
})

app.get('/error', async (request, response) => {
  await who(request, response)
  throw new Error('broken')
})

app.get('/tagged', async (request, response) => {
  const name = await who(request, response)
  // Express answers 304 by itself.
  response.set('ETag', '"v1"').send(`who: ${name}`)
})

app.get('/own', async (request, response) => {
  const name = await who(request, response)
  response.cookie('seen', '1').set('Cache-Control', 'public, max-age=60').send(`who: ${name}`)
})

app.get('/static', (_, response) => {
  response.sendFile('static.html', { root: import.meta.dirname, maxAge: 60_000 })
})

app.get('/data', async (request, response) => {
  response.json({ who: await who(request, response) })
})

app.listen(Number(process.env['PORT'] ?? 3000))
