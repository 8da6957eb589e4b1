/** Starts the providers before the tests in workerd, which cannot start a program. */
import type { TestProject } from 'vitest/node'
import { startProviders } from './start-providers.ts'

/** Returns the function that stops them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const process = await startProviders()
  project.provide('providers', process.providers)
  return async () => process[Symbol.asyncDispose]()
}
