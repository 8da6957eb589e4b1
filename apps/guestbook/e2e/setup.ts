/** Runs once before all tests in a browser. */
import type { TestProject } from 'vitest/node'
import { type ChromiumLaunch, findChromium } from '@limen/chromium'

declare module 'vitest' {
  interface ProvidedContext {
    chromium: ChromiumLaunch
  }
}

export default async function setup(project: TestProject): Promise<void> {
  project.provide('chromium', await findChromium())
}
