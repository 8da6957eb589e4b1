import { type IncomingMessage, createServer } from 'node:http'
import type { Duplex } from 'node:stream'
import { limen } from '@limen/core'
import { node, openUpgrade } from '@limen/node'
import { openStore } from 'driver/store'
import { WebSocketServer } from 'ws'

export const auth = limen({
  store: openStore(),
  middleware: node(),
  getUserAttributes: ({ name }) => ({ name }),
})

const sockets = new WebSocketServer({ noServer: true })

// Sends the cookie of a renewed session with the handshake.
sockets.on('headers', (lines, request) => {
  const cookie = openUpgrade(auth, request).cookie()
  if (cookie) lines.push(`Set-Cookie: ${cookie.serialize()}`)
})

export const server = createServer()

server.on('upgrade', (request, socket, head) => {
  const refuse = (status: string) => {
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`)
  }
  upgrade(request, socket, head, refuse).catch(() => refuse('503 Service Unavailable'))
})

async function upgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  refuse: (status: string) => void,
): Promise<void> {
  const authRequest = openUpgrade(auth, request)
  // Any page on the web can open a socket, and the browser sends the cookie with it.
  if (!authRequest.origin.trusted) return refuse('403 Forbidden')

  const session = await authRequest.validate()
  if (!session) return refuse('401 Unauthorized')

  sockets.handleUpgrade(request, socket, head, (opened) => {
    opened.send(`Hello ${session.user.name}`)
  })
}
