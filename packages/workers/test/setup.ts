/** Runs once before the tests in Node: looks for nginx. */
import type { TestProject } from 'vitest/node'
import { findNginx } from './nginx.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The path of nginx; `null` where there is none. */
    nginx: string | null
    leftOut: readonly string[]
  }
}

export default async function setup(project: TestProject): Promise<void> {
  const nginx = await findNginx()
  project.provide('nginx', nginx)
  project.provide('leftOut', nginx ? [] : ['nginx (not installed)'])
}
