/** What depends on how Chromium is launched: its quota, its profile on disk, and its support. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStore } from '@limen/core/memory-store'
import { expect, it } from 'vitest'
import { deviceApp } from './app.ts'
import { PROOF, startDeviceLab } from './device-lab.ts'
import { wholeChromium } from './whole-chromium.ts'

it.runIf(wholeChromium())(
  'signs six times in nine minutes, and then the visitor seems signed out',
  async () => {
    await using lab = await startDeviceLab('quota')
    const visit = await lab.open()
    await visit.signIn()
    await visit.until(() => visit.answers().length > 0)
    for (let page = 0; page < 8; page++) {
      // In the same second, the challenge is the same, and its signature is used again.
      visit.app.clock.ahead += 62_000
      await visit.context.clearCookies({ name: PROOF })
      await visit.shown()
    }
    expect(await visit.page.textContent('h1')).toBe('anonymous')
    const proofs = visit.app.journal.flatMap(({ proof }) => proof ?? [])
    expect(new Set(proofs).size).toBe(6)
    expect(visit.app.journal.at(-1)?.skipped).toContain('quota_exceeded')
  },
)

it.runIf(wholeChromium())(
  'a browser without device-bound sessions is served as before',
  async () => {
    await using lab = await startDeviceLab('none')
    const visit = await lab.open()
    await visit.signIn()
    visit.app.clock.ahead += 60 * 60_000
    expect(await visit.shown()).toBe('unbound')
    expect(visit.answers()).toEqual([])
    expect(visit.app.events.map(({ type }) => type)).toEqual(['created'])
  },
)

it.runIf(wholeChromium())('the key survives a restart of the browser', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'limen-device-'))
  try {
    await using lab = await startDeviceLab()
    const app = deviceApp(memoryStore())
    const first = await lab.openIn(await lab.launch(folder), app)
    await first.signInBound()
    await first.context.close()
    const second = await lab.openIn(await lab.launch(folder), app)
    await second.expireProof()
    expect(await second.shown()).toBe('bound')
    // No challenge is kept on disk.
    expect(second.answers()).toEqual([403, 200])
    await second.context.close()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
