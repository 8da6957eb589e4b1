/** Asks one page for some seconds over many connections, and says how it went. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

interface Outcome {
  readonly requests: { readonly average: number }
  readonly latency: { readonly p50: number; readonly p99: number }
  readonly non2xx: number
  readonly errors: number
}
type Cannon = (options: object) => Promise<Outcome>

const [url, connections, seconds, cookies] = process.argv.slice(2)
const autocannon = createRequire(import.meta.url)('autocannon') as Cannon
const { requests, latency, non2xx, errors } = await autocannon({
  url,
  connections: Number(connections),
  duration: Number(seconds),
  timeout: 60,
  requests: (JSON.parse(readFileSync(cookies!, 'utf8')) as string[]).map((Cookie) => ({
    method: 'GET',
    headers: { Cookie },
  })),
})
if (non2xx + errors > 0) throw new Error(`${non2xx} answers were no pages, ${errors} failed`)
console.log(JSON.stringify({ perSecond: requests.average, p50: latency.p50, p99: latency.p99 }))
