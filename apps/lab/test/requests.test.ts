import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, sites } from './lab.ts'
import { RELATIONS, ROWS, isOwn, isResent } from './matrix.ts'
import { type RuntimeResults, matrixText, writeReport } from './report.ts'
import { type Result, runMatrix } from './requests.ts'

let browser: Browser
let results: RuntimeResults

beforeAll(async () => {
  browser = await connect()
  results = await Promise.all(
    sites().map(async (site) => [site.runtime, await runMatrix(browser, site)] as const),
  )
  // 708 requests: a minute alone, and several on a busy machine.
}, 400_000)
afterAll(async () => {
  console.log(`${matrixText(results)}\n${await writeReport(results, browser.version())}`)
  await browser.close()
})

describe('matrix.md', () => {
  it.each(ROWS)('[T16] $group: $name ($where), because $because', ({ index, cells }) => {
    const rows = results.map(([runtime, all]) => [
      runtime,
      Object.fromEntries(
        all.filter(({ row }) => row.index === index).map(({ relation, cell }) => [relation, cell]),
      ),
    ])

    expect(rows).toEqual(results.map(([runtime]) => [runtime, cells]))
  })
})

describe('P5: whatever matrix.md expects', () => {
  it('[T01] [T02] [T07] [T11] [T17] no cross-origin request is accepted, except one that a service worker of the app sends again', () => {
    const wrong = all().filter(
      ({ row, relation, cell }) =>
        !isOwn(row, relation) && !isResent(row) && !/(no|safe|preflight|unsent)$/.test(cell),
    )
    expect(wrong).toEqual([])
    expect(all().filter(({ cell }) => /^[LSNP]+ no$/.test(cell)).length).toBeGreaterThan(300)
  })

  it('no request of the app itself is rejected', () => {
    const own = all().filter(({ row, relation }) => isOwn(row, relation))
    expect(own.filter(({ cell }) => !/^LSNP (yes|safe)$/.test(cell))).toEqual([])
    expect(own).toHaveLength(ROWS.filter((row) => isOwn(row, 'own')).length * 2 * results.length)
  })

  it('[T05] no cross-origin WebSocket has a session, on Workers and on Deno', () => {
    const crossOrigin = all().filter(
      ({ row, relation, entry }) => entry?.status === 101 && !isOwn(row, relation),
    )
    expect(crossOrigin.filter(({ entry }) => entry?.report?.read !== '')).toEqual([])
    expect(crossOrigin.filter(({ entry }) => entry?.report?.came !== '').length).toBeGreaterThan(40)
  })

  function all(): Result[] {
    return results.flatMap(([, own]) => own)
  }
})

describe('the tables of matrix.md', () => {
  it('have a reason for each row, and a cell for each relation', () => {
    for (const row of ROWS) {
      expect(row.because).not.toBe('')
      for (const relation of RELATIONS) expect(row.cells[relation]).toMatch(/^\S/)
    }
  })
})
