import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, keepPages, seen, sites } from './lab.ts'
import { staged } from './stage.ts'
import { WAYS } from './ways.ts'

let browser: Browser
beforeAll(async () => {
  browser = await connect()
})
afterAll(() => browser.close())

type Row = [
  from: 'app' | 'evil' | 'other',
  name: string,
  where: 'page' | 'silent' | 'sandboxed frame',
  origin: string,
  status: number,
  because: string,
]
const table: Row[] = [
  ['app', 'fetch POST, cors', 'page', 'app', 204, 'it is the app itself'],
  ['app', 'sendBeacon', 'page', 'app', 204, 'it is the app itself'],
  ['app', 'form POST into a frame', 'page', 'app', 204, 'it is the app itself'],
  ['app', 'fetch POST, cors', 'silent', 'app', 204, 'a script’s request names its origin'],
  ['app', 'form POST into a frame', 'silent', 'null', 403, 'a sandboxed frame would say the same'],
  ['app', 'form POST', 'sandboxed frame', 'null', 403, 'it has no origin'],
  ['evil', 'fetch POST, no-cors', 'page', 'evil', 403, 'a sibling host'],
  ['evil', 'form POST into a frame', 'page', 'evil', 403, 'a sibling host'],
  ['evil', 'form POST into a frame', 'silent', 'null', 403, 'it hides its origin'],
  ['other', 'fetch POST, no-cors', 'page', 'other', 403, 'another site'],
  ['other', 'sendBeacon', 'page', 'other', 403, 'another site'],
]

const cast = { sibling: '', stranger: '' }
const query = `?config=${encodeURIComponent(JSON.stringify({ secure: false }))}`

/** A host in a local network: browsers send it no `Sec-Fetch-Site`, so `Origin` alone decides. */
describe.each(sites().map((site) => [site.runtime, site] as const))(
  'over plain http, on %s,',
  (_, { http, ...site }) => {
    let pageOf: ReturnType<typeof keepPages>
    beforeAll(async () => {
      pageOf = keepPages(await browser.newContext())
    })

    it.each(table)('%s sends %s (%s), says %s and gets %i, because %s', async (...row) => {
      const [from, name, where, says, status] = row
      const hosts = { app: 'app.limen.test', evil: 'evil.limen.test', other: 'other.test' }
      const originOf = (host: keyof typeof hosts) => `http://${hosts[host]}${http}`
      const way = WAYS.find(
        (each) => each.name === name && each.where === (where === 'silent' ? 'page' : where),
      )!
      const path = `/configured/${crypto.randomUUID()}`
      const page = await pageOf(originOf(from), where === 'silent' ? 'no-referrer' : '')

      await page.evaluate(
        `${staged(way.where, [way], () => originOf('app') + path + query, cast)}\n;0`,
      )
      const [entry] = await seen({ http, ...site }, path, [path])

      expect(entry).toMatchObject({
        origin: says === 'null' ? 'null' : originOf(says as keyof typeof hosts),
        status,
      })
      expect(entry?.setCookie).toHaveLength(status === 204 ? 1 : 0)
      expect(entry?.site).toBeUndefined()
    })
  },
)
