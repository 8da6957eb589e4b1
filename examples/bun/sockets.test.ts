import { once } from 'node:events'
import { connect } from 'node:net'
import { Visitor, start, watch } from 'driver'
import { expect, it } from 'vitest'
import { bun } from '../../.config/bun.ts'

it('a socket of the app’s own page opens, with the renewed cookie on the handshake', async () => {
  using watched = watch(import.meta.dirname, {})
  await using running = await start([bun() ?? 'bun', 'app.ts'], watched)
  const { port } = running
  const ada = new Visitor(port)
  await ada.submit('sign-up', { name: 'Ada' })
  const Cookie = Array.from(ada.cookies, (pair) => pair.join('=')).join('; ')
  const Origin = ada.origin
  watched.makeIdle()
  await watched.calls(2)

  const renewed = await handshake(port, { Cookie, Origin })
  expect(renewed).toMatch(/^HTTP\/1\.1 101 /)
  expect(renewed.match(/^set-cookie: __Host-Http-session=.*Max-Age=1296000/gim)).toHaveLength(1)
  expect(await watched.calls(2)).toEqual(['read', 'renew'])

  expect(await handshake(port, { Cookie, Origin: 'https://evil.example' })).toMatch(/ 403 /)
  expect(await handshake(port, { Origin })).toMatch(/ 401 /)
  expect(await watched.calls()).toEqual([])
  // An upgrade that returned `undefined` has not ended the process.
  expect((await ada.get('/')).who).toBe('Ada')
})

/** Sends a handshake, and returns the head of the response. */
async function handshake(port: number, headers: Record<string, string>): Promise<string> {
  const socket = connect(port, 'localhost')
  const lines = [
    'GET /socket HTTP/1.1',
    `Host: localhost:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...Object.entries(headers).map((pair) => pair.join(': ')),
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  const [head] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  return head.toString()
}
