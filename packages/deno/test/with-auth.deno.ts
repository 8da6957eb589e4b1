/** Run by `deno test`: the adapter, alone and behind a real `Deno.serve`. */
import { type CaseAdapter, adapterCases } from '@limen/conformance'
import { limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { withAuth } from '@limen/deno'

const adapter: CaseAdapter = {
  serve: (auth, handler) => (request) =>
    withAuth(auth, (_request, _info, authRequest) => handler(authRequest))(request, undefined),
}

for (const { name, run, upgrades } of adapterCases) {
  // Deno switches protocols on a real connection only: see the last test.
  if (!upgrades) Deno.test(name, () => run(adapter))
}

Deno.test('switches protocols behind Deno.serve, with the renewed cookie on the handshake', async () => {
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
      socket.onopen = () => socket.send(session ? 'somebody' : 'nobody')
      return response
    }),
  )
  const { port } = server.addr
  for (const [origin, expected, cookies] of [
    [`http://127.0.0.1:${port}`, 'somebody', 1],
    ['https://evil.example', 'nobody', 0],
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

/** Opens a WebSocket by hand, since no client sends a foreign Origin and a cookie. */
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
  while (!/\r\n\r\n..(somebody|nobody)/s.test(text)) {
    const read = await connection.read(buffer)
    if (read === null) break
    text += new TextDecoder('latin1').decode(buffer.subarray(0, read))
  }
  const [head = '', body = ''] = text.split('\r\n\r\n')
  return { lines: head.split('\r\n'), message: body.slice(2) }
}
