/** Run by `deno test`: the adapter, called directly and behind `Deno.serve`. */
import { type CaseAdapter, adapterSuite } from '@limen/conformance'
import { cors, limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { withAuth } from '@limen/deno'

const adapter: CaseAdapter = {
  eager: true,
  returnsNothing: true,
  serve(auth, handler, { between, ...options } = {}) {
    const inner = withAuth(auth, (_request, _info, authRequest) => handler(authRequest), options)
    const outer = withAuth(auth, async (request, info, authRequest) => {
      await authRequest.validate()
      const response = await inner(request, info)
      between?.(response)
      return response
    })
    return (request) => (between ? outer : inner)(request, undefined)
  },
}

// Deno switches protocols only on a real connection: see the next test.
for (const { name, run } of adapterSuite(adapter)) Deno.test(name, run)

Deno.test('sends the renewed cookie with a WebSocket handshake behind Deno.serve', async () => {
  let now = 1_700_000_000_000
  const auth = limen({ store: memoryStore(), now: () => now })
  const { userId } = await auth.createUser({})
  const token = auth.createBearerToken(await auth.createSession({ userId }))
  now += 86_400_000
  const server = Deno.serve(
    { port: 0, hostname: '127.0.0.1', onListen() {} },
    withAuth(auth, async (request, _info, authRequest) => {
      const session = await authRequest.validate()
      const { socket, response } = Deno.upgradeWebSocket(request)
      socket.onopen = () => socket.send(session ? 'signed in' : 'anonymous')
      return response
    }),
  )
  const { port } = server.addr
  for (const [origin, expected, cookies] of [
    [`http://127.0.0.1:${port}`, 'signed in', 1],
    ['https://evil.example', 'anonymous', 0],
  ] as const) {
    const { lines, message } = await handshake(port, origin, `__Host-Http-session=${token}`)
    const sent = lines.filter((line) => /^set-cookie:/i.test(line))
    if (!lines[0]?.includes('101')) throw new Error(lines.join('\n'))
    if (message !== expected) throw new Error(`${origin}: expected ${expected}, got ${message}`)
    if (sent.length !== cookies) throw new Error(`${origin}: ${sent.length} cookies`)
    now += cookies * 86_400_000
  }
  await server.shutdown()
})

Deno.test('lets a front end on another origin sign in and read responses, through cors()', async () => {
  const app = 'https://app.example.com'
  const calls: string[] = []
  const memory = memoryStore()
  const store = {
    ...memory,
    read: (...args: Parameters<typeof memory.read>) => {
      calls.push('read')
      return memory.read(...args)
    },
  }
  const csrfProtection = { trustedOrigins: [app] }
  const auth = limen({ store, csrfProtection })
  const shared = cors({ csrfProtection })
  const handler = withAuth(auth, async (request, _info, authRequest) => {
    if (request.method === 'POST') {
      authRequest.setSession(await auth.createSession(await auth.createUser({})))
      return Response.redirect(new URL('/welcome', request.url), 303)
    }
    return Response.json((await authRequest.validate()) !== null)
  })
  const server = Deno.serve(
    { port: 0, hostname: '127.0.0.1', onListen() {} },
    async (request, info) =>
      shared.preflight(request) ?? shared.respond(request, await handler(request, info)),
  )
  const call = (method: string, headers: Record<string, string>) =>
    fetch(`http://127.0.0.1:${server.addr.port}/`, { method, headers, redirect: 'manual' })
  const expectHeader = (response: Response, name: string, expected: string | null) => {
    const value = response.headers.get(name)
    if (value !== expected) throw new Error(`${name}: expected ${expected}, got ${value}`)
  }

  const page = { Origin: app, 'Sec-Fetch-Site': 'cross-site' }
  const evil = { ...page, Origin: 'https://evil.example' }
  const preflight = { 'Access-Control-Request-Method': 'PUT' }
  for (const [headers, status] of [
    [page, 204],
    [evil, 403],
  ] as const) {
    const response = await call('OPTIONS', { ...headers, ...preflight })
    if (response.status !== status) throw new Error(`preflight: status ${response.status}`)
    expectHeader(response, 'Access-Control-Allow-Origin', status === 204 ? app : null)
    await response.body?.cancel()
  }

  const signedIn = await call('POST', page)
  await signedIn.body?.cancel()
  if (signedIn.status !== 303) throw new Error(`sign-in: status ${signedIn.status}`)
  expectHeader(signedIn, 'Access-Control-Allow-Origin', app)
  expectHeader(signedIn, 'Access-Control-Allow-Credentials', 'true')
  const Cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  if (calls.length > 0) throw new Error(`the store was read: ${calls}`)

  const read = await call('GET', { ...page, Cookie })
  if (!(await read.json())) throw new Error('the front end is anonymous')
  expectHeader(read, 'Access-Control-Allow-Origin', app)
  const unread = await call('GET', { ...evil, Cookie })
  await unread.body?.cancel()
  expectHeader(unread, 'Access-Control-Allow-Origin', null)
  const refused = await call('POST', { ...evil, Cookie })
  await refused.body?.cancel()
  if (refused.status !== 403) throw new Error(`cross-origin POST: status ${refused.status}`)
  expectHeader(refused, 'Set-Cookie', null)
  await server.shutdown()
})

/** Opens a WebSocket over TCP: no client lets us set both Origin and Cookie. */
async function handshake(port: number, origin: string, cookie: string) {
  using connection = await Deno.connect({ port, hostname: '127.0.0.1' })
  const headers = [
    'GET / HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    `Origin: ${origin}`,
    `Cookie: ${cookie}`,
  ]
  await connection.write(new TextEncoder().encode(`${headers.join('\r\n')}\r\n\r\n`))
  let text = ''
  const buffer = new Uint8Array(4096)
  while (!/\r\n\r\n..(signed in|anonymous)/s.test(text)) {
    const read = await connection.read(buffer)
    if (read === null) break
    text += new TextDecoder('latin1').decode(buffer.subarray(0, read))
  }
  const [head = '', body = ''] = text.split('\r\n\r\n')
  return { lines: head.split('\r\n'), message: body.slice(2) }
}
