/** The tests of one app, for Vitest: every case in development and in production, and one visit with Chromium. */
import { afterAll, beforeAll, describe, it } from 'vitest'
import type { App } from './app.ts'
import { browse } from './browser.ts'
import { cases } from './cases.ts'
import { type Watched, watch } from './environment.ts'
import { type Running, build, start } from './start.ts'

/** Defines the tests of an app. */
export function describeApp(app: App): void {
  describeMode(app, 'development')
  describeMode(app, 'production')
}

function describeMode(app: App, mode: 'development' | 'production'): void {
  const isDevelopment = mode === 'development'
  const NODE_ENV = mode
  describe(`${app.name} in ${mode}`, () => {
    let watched: Watched | undefined
    let running: Running | undefined

    beforeAll(async () => {
      watched = watch(app.folder, { ...app.env, NODE_ENV })
      if (!isDevelopment && app.build) await build(app.build, watched)
      running = await start(isDevelopment ? app.dev : app.production, watched)
    })
    afterAll(async () => {
      await running?.[Symbol.asyncDispose]()
      watched?.[Symbol.dispose]()
    })

    const leftOut: Readonly<Record<string, string>> = { ...app.leftOut, ...app.leftOutIn?.[mode] }
    for (const { name, run } of [...cases, ...(app.ownCases ?? [])]) {
      const reason = leftOut[name]
      if (reason !== undefined) {
        it.skip(`${name} (left out: ${reason})`)
        continue
      }
      it(name, async () => {
        await watched!.calls()
        const { port, log } = running!
        try {
          await run({ ...watched!, app, port })
        } catch (error) {
          throw new Error(`${(error as Error).message}\n\nThe app printed:\n${log()}`, {
            cause: error,
          })
        }
      })
    }

    if (isDevelopment) it('chromium', () => browse(running!.port))
  })
}
