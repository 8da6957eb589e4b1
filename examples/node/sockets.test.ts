import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { watch } from 'driver'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'

const watched = watch(import.meta.dirname, {})
let port = 0
let program: typeof import('./sockets.ts')

beforeAll(async () => {
  for (const [name, value] of Object.entries(watched.env)) vi.stubEnv(name, value)
  program = await import('./sockets.ts')
  program.server.listen(0, '127.0.0.1')
  await once(program.server, 'listening')
  port = (program.server.address() as AddressInfo).port
})
afterAll(() => {
  program.server.close()
  program.server.closeAllConnections()
  watched[Symbol.dispose]()
})

/** Opens a socket: the headers of the handshake's response, and the first message or the status. */
async function opened(
  headers: Record<string, string>,
): Promise<{ readonly cookies: readonly string[]; readonly answer: string | number }> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { headers })
  let cookies: readonly string[] = []
  try {
    const answer = await new Promise<string | number>((resolve, reject) => {
      socket.on('upgrade', (response) => (cookies = response.headers['set-cookie'] ?? []))
      socket.on('unexpected-response', (_, response) => resolve(response.statusCode!))
      socket.on('message', (data: Buffer) => resolve(data.toString()))
      socket.on('error', reject)
    })
    return { cookies, answer }
  } finally {
    socket.on('error', () => {})
    socket.terminate()
  }
}

it('a socket of the app’s own page opens, with the renewed cookie on the handshake', async () => {
  const { auth } = program
  const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
  const session = await auth.createSession({ userId })
  const Cookie = `${auth.createSessionCookie(session).name}=${auth.createBearerToken(session)}`
  const Origin = `http://127.0.0.1:${port}`
  await watched.calls()

  expect(await opened({ Cookie, Origin })).toEqual({ cookies: [], answer: 'Hello Ada' })
  expect(await watched.calls(1)).toEqual(['read'])
  watched.makeIdle()
  const renewed = auth.createSessionCookie(session).serialize()
  expect(await opened({ Cookie, Origin })).toEqual({ cookies: [renewed], answer: 'Hello Ada' })
  expect(await watched.calls(2)).toEqual(['read', 'renew'])

  watched.makeIdle()
  const refused: [headers: Record<string, string>, status: number][] = [
    [{ Cookie, Origin: 'https://evil.example' }, 403],
    [{ Cookie }, 403],
    [{ Origin }, 401],
  ]
  for (const [headers, status] of refused) {
    expect(await opened(headers)).toEqual({ cookies: [], answer: status })
  }
  expect(await watched.calls()).toEqual([])
})
