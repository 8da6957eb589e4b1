/**
 * Requests one page for some seconds over many connections, and prints its throughput.
 *
 * On bare sockets: an HTTP client in JavaScript needs as much processor time as a fast page, and
 * shares its cores with it, so it makes fast servers look slower.
 */
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { quantileOf } from '../src/statistics.ts'
import type { Throughput } from './turns.ts'

const [url, connections, seconds, cookies] = process.argv.slice(2)
const { hostname, port, pathname } = new URL(url!)
const requests = (JSON.parse(readFileSync(cookies!, 'utf8')) as string[]).map((cookie) =>
  Buffer.from(`GET ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nCookie: ${cookie}\r\n\r\n`),
)
const end = performance.now() + Number(seconds) * 1000
const latencies: number[] = []
let next = 0

await Promise.all(Array.from({ length: Number(connections) }, load))
const throughput: Throughput = {
  perSecond: latencies.length / Number(seconds),
  p50: quantileOf(latencies, 0.5),
  p99: quantileOf(latencies, 0.99),
}
console.log(JSON.stringify(throughput))

/** Sends one request after another over one connection, until the time is up. */
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
      if (!isComplete(received)) return
      if (!received.startsWith('HTTP/1.1 2')) {
        reject(new Error(`Not a page: ${received.slice(0, 200)}`))
        return
      }
      received = ''
      const now = performance.now()
      if (now < end) {
        latencies.push(now - sentAt)
        send()
        return
      }
      socket.removeAllListeners('close').destroy()
      resolve()
    })
  })
}

/** Whether a response is complete, by its length or its last chunk. */
function isComplete(response: string): boolean {
  const head = response.indexOf('\r\n\r\n')
  if (head === -1) return false
  const length = /\r\ncontent-length: (\d+)/i.exec(response.slice(0, head + 2))?.[1]
  if (length === undefined) return response.endsWith('\r\n0\r\n\r\n')
  return response.length >= head + 4 + Number(length)
}
