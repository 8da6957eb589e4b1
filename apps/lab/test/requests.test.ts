import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, sites } from './lab.ts'
import { type Found, matrixText, writeReport } from './report.ts'
import { type Finding, drive } from './requests.ts'
import { RELATIONS, WAYS, isLaundered, isOwn } from './ways.ts'

let browser: Browser
let found: Found

beforeAll(async () => {
  browser = await connect()
  found = await Promise.all(
    sites().map(async (site) => [site.runtime, await drive(browser, site)] as const),
  )
})
afterAll(async () => {
  console.log(`${matrixText(found)}\n${await writeReport(found, browser.version())}`)
  await browser.close()
})

describe('matrix.md', () => {
  it.each(WAYS)('$group: $name ($where), because $because', ({ index, cells }) => {
    const rows = found.map(([runtime, findings]) => [
      runtime,
      Object.fromEntries(
        findings
          .filter(({ way }) => way.index === index)
          .map(({ relation, cell }) => [relation, cell]),
      ),
    ])

    expect(rows).toEqual(found.map(([runtime]) => [runtime, cells]))
  })
})

describe('P5: whatever the table says, Limen', () => {
  it('accepts no foreign request, but the one that a service worker of the app asks anew', () => {
    const wrong = all().filter(
      ({ way, relation, cell }) =>
        !isOwn(way, relation) && !isLaundered(way) && !/(no|safe|preflight|unsent)$/.test(cell),
    )
    expect(wrong).toEqual([])
    expect(all().filter(({ cell }) => /^[LSNP]+ no$/.test(cell)).length).toBeGreaterThan(300)
  })

  it('refuses no request of the app itself', () => {
    const own = all().filter(({ way, relation }) => isOwn(way, relation))
    expect(own.filter(({ cell }) => !/^LSNP (yes|safe)$/.test(cell))).toEqual([])
    expect(own).toHaveLength(WAYS.filter((way) => isOwn(way, 'own')).length * 2 * found.length)
  })

  it('gives a foreign WebSocket no session, on Workers and on Deno', () => {
    const foreign = all().filter(
      ({ way, relation, entry }) => entry?.status === 101 && !isOwn(way, relation),
    )
    expect(foreign.filter(({ entry }) => entry?.report?.read !== '')).toEqual([])
    expect(foreign.filter(({ entry }) => entry?.report?.came !== '').length).toBeGreaterThan(40)
  })

  function all(): Finding[] {
    return found.flatMap(([, findings]) => findings)
  }
})

describe('the table', () => {
  it('has a reason for each row, and a cell for each relation', () => {
    for (const way of WAYS) {
      expect(way.because).not.toBe('')
      for (const relation of RELATIONS) expect(way.cells[relation]).toMatch(/^\S/)
    }
  })
})
