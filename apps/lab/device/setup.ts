/** Reports where there is no whole Chromium, before all tests in one. */
import type { TestProject } from 'vitest/node'
import { wholeChromium } from './whole-chromium.ts'

declare module 'vitest' {
  interface ProvidedContext {
    leftOut: readonly string[]
  }
}

export default function setup(project: TestProject): void {
  const isThere = wholeChromium() !== undefined
  const reason = 'device-bound sessions in a browser (no whole Chromium: set CHROMIUM_PATH)'
  project.provide('leftOut', isThere ? [] : [reason])
}
