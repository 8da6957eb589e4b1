import { setTimeout } from 'node:timers/promises'
import { type InferAuthRequest, isAuthError } from '@limen/core'
import { authenticate } from '@limen/elysia'
import { page } from 'driver/page'
import { Elysia, redirect, t } from 'elysia'
import { auth } from './auth.ts'

const nameOf = async (request: InferAuthRequest<typeof auth>): Promise<string | undefined> =>
  (await request.validate())?.user.name

const who = async (request: InferAuthRequest<typeof auth>): Promise<string> =>
  `who: ${(await nameOf(request)) ?? 'anonymous'}`

new Elysia()
  .use(authenticate(auth))
  .onError(({ error }) => {
    if (!isAuthError(error)) console.error(error)
  })
  .get('/', async ({ auth, set }) => {
    set.headers['content-type'] = 'text/html; charset=utf-8'
    return page(await nameOf(auth))
  })
  .post(
    '/sign-up',
    async ({ auth: request, body, cookie }) => {
      const { userId } = await auth.createUser({ attributes: { name: body.name } })
      request.setSession(await auth.createSession({ userId }))
      cookie['theme']!.set({ value: 'dark', path: '/' })
      return redirect('/', 303)
    },
    { requireOrigin: true, body: t.Object({ name: t.String() }) },
  )
  .post(
    '/sign-out',
    async ({ auth: request }) => {
      const session = await request.validate()
      if (session) await auth.invalidateSession(session.sessionId)
      request.setSession(null)
      return redirect('/', 303)
    },
    { requireOrigin: true },
  )
  .get('/public', () => 'public')
  .get('/twice', async ({ auth }) => {
    const [one, other] = await Promise.all([who(auth), who(auth)])
    return one === other ? one : 'two answers'
  })
  .get('/redirect', async ({ auth }) => {
    await who(auth)
    return redirect('/public')
  })
  .get('/stream', async function* ({ auth }) {
    yield await who(auth)
    await setTimeout(20)
    yield ' '
  })
  .get('/late', async function* ({ auth }) {
    yield 'late '
    yield await who(auth)
  })
  .get('/error', async ({ auth }) => {
    await who(auth)
    throw new Error('broken')
  })
  .get('/tagged', async ({ auth, headers, set, status }) => {
    const text = await who(auth)
    set.headers['etag'] = '"v1"'
    return headers['if-none-match'] === '"v1"' ? status(304) : text
  })
  .get('/own', async ({ auth, cookie, set }) => {
    cookie['seen']!.set({ value: '1', path: '/' })
    set.headers['cache-control'] = 'public, max-age=60'
    return who(auth)
  })
  .get('/static', 'the same for all')
  .get('/data', async ({ auth }) => ({ who: (await nameOf(auth)) ?? 'anonymous' }))
  .listen(Number(process.env['PORT'] ?? 3000))
