/**
 * Requests one page for some seconds over many connections, and prints how it went.
 *
 * On bare sockets: a whole HTTP client in JavaScript costs as much as a fast page, on the same two
 * cores, and makes fast servers look like slower ones.
 */
import { readFileSync } from 'node:fs'
import { type Socket, connect } from 'node:net'

const [url, connections, seconds, cookies] = process.argv.slice(2)
const { hostname, port, pathname } = new URL(url!)
const requests = (JSON.parse(readFileSync(cookies!, 'utf8')) as string[]).map((cookie) =>
  Buffer.from(`GET ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nCookie: ${cookie}\r\n\r\n`),
)
const end = performance.now() + Number(seconds) * 1000
const latencies: number[] = []
let next = 0

await Promise.all(Array.from({ length: Number(connections) }, load))
latencies.sort((a, b) => a - b)
const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? 0
const perSecond = latencies.length / Number(seconds)
console.log(JSON.stringify({ perSecond, p50: at(0.5), p99: at(0.99) }))

/** Sends requests over one connection, each after the answer to the one before, until the time is up. */
function load(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname)
    let sentAt = 0
    let received = ''
    const send = () => {
      sentAt = performance.now()
      socket.write(requests[next++ % requests.length]!)
    }
    socket.setNoDelay(true).setEncoding('latin1')
    socket.on('connect', send)
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('The server closed a connection')))
    socket.on('data', (part: string) => {
      received += part
      if (!isWhole(received)) return
      if (!received.startsWith('HTTP/1.1 2')) {
        reject(new Error(`No page: ${received.slice(0, 200)}`))
        return
      }
      received = ''
      const now = performance.now()
      if (now >= end) finish(socket, resolve)
      else {
        latencies.push(now - sentAt)
        send()
      }
    })
  })
}

function finish(socket: Socket, resolve: () => void): void {
  socket.removeAllListeners('close')
  socket.destroy()
  resolve()
}

/** Whether a response has arrived to its end, by its length or its last chunk. */
function isWhole(response: string): boolean {
  const head = response.indexOf('\r\n\r\n')
  if (head === -1) return false
  const length = /\r\ncontent-length: (\d+)/i.exec(response.slice(0, head + 2))?.[1]
  if (length === undefined) return response.endsWith('\r\n0\r\n\r\n')
  return response.length >= head + 4 + Number(length)
}
