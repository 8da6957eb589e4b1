import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { requireOrigin } from '@limen/node'
import { page } from 'driver/page'
import { auth } from './auth.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown

const who = async (...[request, response]: Parameters<Handler>): Promise<string | undefined> =>
  (await auth.handleRequest(request, response).validate())?.user.name

const html = { 'Content-Type': 'text/html; charset=utf-8' }

const routes: Readonly<Record<string, Handler>> = {
  async 'GET /'(request, response) {
    const body = page(await who(request, response))
    response.writeHead(200, html).end(body)
  },
  async 'POST /sign-up'(request, response) {
    const authRequest = auth.handleRequest(request, response)
    const name = new URLSearchParams(await text(request)).get('name') ?? ''
    const { userId } = await auth.createUser({ attributes: { name } })
    authRequest.setSession(await auth.createSession({ userId }))
    response.writeHead(303, { Location: '/', 'Set-Cookie': 'theme=dark; Path=/' }).end()
  },
  async 'POST /sign-out'(request, response) {
    const authRequest = auth.handleRequest(request, response)
    const session = await authRequest.validate()
    if (session) await auth.invalidateSession(session.sessionId)
    authRequest.setSession(null)
    response.writeHead(303, { Location: '/' }).end()
  },
  'GET /public'(_, response) {
    response.end('public')
  },
  async 'GET /twice'(request, response) {
    const [one, other] = await Promise.all([who(request, response), who(request, response)])
    response.end(one === other ? `who: ${one ?? 'anonymous'}` : 'two answers')
  },
  async 'GET /redirect'(request, response) {
    await who(request, response)
    response.writeHead(302, ['Location', '/public']).end()
  },
  async 'GET /stream'(request, response) {
    const name = await who(request, response)
    response.write('who: ')
    await setTimeout(20)
    response.end(name ?? 'anonymous')
  },
  async 'GET /late'(request, response) {
    response.write('who: ')
    response.end((await who(request, response)) ?? 'anonymous')
  },
  async 'GET /error'(request, response) {
    await who(request, response)
    throw new Error('broken')
  },
  async 'GET /tagged'(request, response) {
    const name = await who(request, response)
    response.setHeader('ETag', '"v1"')
    if (request.headers['if-none-match'] === '"v1"') response.writeHead(304).end()
    else response.end(`who: ${name ?? 'anonymous'}`)
  },
  async 'GET /own'(request, response) {
    const name = await who(request, response)
    response.setHeader('Set-Cookie', 'seen=1; Path=/')
    response.writeHead(200, { 'Cache-Control': 'public, max-age=60' })
    response.end(`who: ${name ?? 'anonymous'}`)
  },
  'GET /static'(_, response) {
    response.setHeader('Cache-Control', 'public, max-age=60')
    response.end('the same for all')
  },
  async 'GET /data'(request, response) {
    const data = { who: (await who(request, response)) ?? 'anonymous' }
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(data))
  },
}

const guard = requireOrigin(auth)

const server = createServer((request, response) => {
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  const handler = routes[`${method} ${pathname}`] ?? (() => response.writeHead(404).end())
  void guard(request, response, () => {
    Promise.try(handler, request, response).catch((error: unknown) => {
      console.error(error)
      if (response.headersSent) response.destroy()
      else response.writeHead(500).end('Internal Server Error')
    })
  })
})

server.listen(Number(process.env['PORT'] ?? 3000))
