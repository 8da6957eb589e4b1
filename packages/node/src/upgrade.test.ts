import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { node, openUpgrade } from '@limen/node'
import { expect, it } from 'vitest'
import { DAY, codeOf, createAuth, setting } from '../test/app.ts'
import { sendRaw, serving } from '../test/server.ts'

/** A server that accepts WebSockets of signed-in visitors, and closes them. */
async function socketServer({ auth, session }: Awaited<ReturnType<typeof makeAuth>>) {
  const seen: unknown[] = []
  const server = createServer()
  server.on('upgrade', (request, socket) => {
    void (async () => {
      const authRequest = openUpgrade(auth, request)
      const { origin } = authRequest
      if (!origin.trusted) return void socket.end(`HTTP/1.1 403 ${origin.reason}\r\n\r\n`)
      const found = await authRequest.validate()
      if (!found) return void socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n')
      const key = request.headers['sec-websocket-key']!
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      const cookie = openUpgrade(auth, request).cookie()
      const lines = [
        'HTTP/1.1 101 Switching Protocols',
        'Upgrade: websocket',
        'Connection: Upgrade',
        `Sec-WebSocket-Accept: ${accept.digest('base64')}`,
        ...(cookie ? [`Set-Cookie: ${cookie.serialize()}`] : []),
      ]
      socket.write(`${lines.join('\r\n')}\r\n\r\n`)
      seen.push(codeOf(() => authRequest.setSession(session)))
      seen.push(codeOf(() => openUpgrade(auth, request).setSession(session)))
      socket.end()
    })()
  })
  return { seen, serving: await serving(server) }
}

const makeAuth = () => createAuth(node())

const handshake = (headers: Record<string, string>) => [
  'GET / HTTP/1.1',
  'Host: app.example',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
]

it('a handshake of the app’s own page gets the renewed cookie, in one read', async () => {
  const made = await makeAuth()
  made.clock.now += DAY
  const { seen, serving } = await socketServer(made)
  await using server = serving
  const { Cookie } = made.headers
  const answer = await sendRaw(server.port, handshake({ Cookie, Origin: 'https://app.example' }))
  expect(answer).toMatch(/^HTTP\/1\.1 101 /)
  expect(answer).toContain(`Set-Cookie: ${setting(made.token)}\r\n`)
  expect(made.calls).toEqual(['read', 'renew'])
  expect(seen).toEqual(['AUTH_RESPONSE_SENT', 'AUTH_RESPONSE_SENT'])
})

it('a handshake of another page is refused without a read, and one without a cookie is anonymous', async () => {
  const made = await makeAuth()
  const { serving } = await socketServer(made)
  await using server = serving
  const { Cookie } = made.headers
  const cases: [headers: Record<string, string>, answer: RegExp][] = [
    [{ Cookie, Origin: 'https://evil.example' }, /^HTTP\/1\.1 403 origin-mismatch/],
    [{ Cookie }, /^HTTP\/1\.1 403 origin-missing/],
    // Chromium sends no Sec-Fetch-Site with a handshake: only Origin counts.
    [
      { Cookie, Origin: 'https://evil.example', 'Sec-Fetch-Site': 'same-origin' },
      /^HTTP\/1\.1 403 origin-mismatch/,
    ],
    [{ Origin: 'https://app.example' }, /^HTTP\/1\.1 401/],
  ]
  for (const [headers, answer] of cases) {
    expect(await sendRaw(server.port, handshake(headers))).toMatch(answer)
  }
  expect(made.calls).toEqual([])
})
