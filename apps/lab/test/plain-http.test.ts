import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { configQuery, connect, keepPages, received, sitesByRuntime } from './lab.ts'
import { rowOf } from './matrix.ts'
import { pageCode } from './page-code.ts'

let browser: Browser
beforeAll(async () => {
  browser = await connect()
})
afterAll(() => browser.close())

type Row = [
  from: 'app' | 'evil' | 'other',
  name: string,
  where: 'page' | 'no-referrer' | 'sandboxed frame',
  origin: string,
  status: number,
  because: string,
]
const table: Row[] = [
  ['app', 'fetch POST, cors', 'page', 'app', 204, 'the app itself sends it'],
  ['app', 'sendBeacon', 'page', 'app', 204, 'the app itself sends it'],
  ['app', 'form POST into a frame', 'page', 'app', 204, 'the app itself sends it'],
  ['app', 'fetch POST, cors', 'no-referrer', 'app', 204, 'a request of a script has an `Origin`'],
  ['app', 'form POST into a frame', 'no-referrer', 'null', 403, 'a sandboxed frame sends the same'],
  ['app', 'form POST', 'sandboxed frame', 'null', 403, 'its origin is opaque'],
  ['evil', 'fetch POST, no-cors', 'page', 'evil', 403, 'a sibling host'],
  ['evil', 'form POST into a frame', 'page', 'evil', 403, 'a sibling host'],
  ['evil', 'form POST into a frame', 'no-referrer', 'null', 403, 'it hides its origin'],
  ['other', 'fetch POST, no-cors', 'page', 'other', 403, 'another site'],
  ['other', 'sendBeacon', 'page', 'other', 403, 'another site'],
]

const origins = { sibling: '', other: '' }
const query = `?${configQuery({ secure: false })}`

/** A host in a local network: browsers send no `Sec-Fetch-Site` to it, so only `Origin` decides. */
describe.each(sitesByRuntime())('over plain http, on %s:', (_, site) => {
  let pageOf: ReturnType<typeof keepPages>
  beforeAll(async () => {
    pageOf = keepPages(await browser.newContext())
  })

  it.each(table)(
    '[T10] a request of %s, %s (%s), has Origin %s and status %i, because %s',
    async (...given) => {
      const [from, name, where, origin, status] = given
      const hosts = { app: 'app.limen.test', evil: 'evil.limen.test', other: 'other.test' }
      const originOf = (host: keyof typeof hosts) =>
        site.http.replace('app.limen.test', hosts[host])
      const row = rowOf(name, where === 'no-referrer' ? 'page' : where)
      const path = `/configured/${crypto.randomUUID()}`
      const page = await pageOf(originOf(from), where === 'no-referrer' ? 'no-referrer' : '')

      await page.evaluate(
        `${pageCode(row.where, [row], () => originOf('app') + path + query, origins)}\n;0`,
      )
      const [entry] = await received(site, path, [path])

      expect(entry).toMatchObject({
        origin: origin === 'null' ? 'null' : originOf(origin as keyof typeof hosts),
        status,
      })
      expect(entry?.setCookie).toHaveLength(status === 204 ? 1 : 0)
      expect(entry?.site).toBeUndefined()
    },
  )
})
