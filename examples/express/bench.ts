/** Two routes that answer the same, without Limen and with it. */
import express from 'express'
import { auth } from './auth.ts'

const app = express()

app.get('/bare', async (_, response) => {
  response.json({ who: 'Ada' })
})

app.get('/session', async (request, response) => {
  const session = await auth.handleRequest(request, response).validate()
  response.json({ who: session?.user.name ?? 'anonymous' })
})

app.post('/sign-up', async (request, response) => {
  const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
  auth.handleRequest(request, response).setSession(await auth.createSession({ userId }))
  response.end()
})

app.listen(Number(process.env['PORT']))
