/** Starts the SMTP server for the tests of a project of vitest. */
import type { TestProject } from 'vitest/node'
import { startSmtpServer } from './smtp-server.ts'

/** Returns what stops the server. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const { url, inboxUrl, stop } = await startSmtpServer()
  provide('smtp', { url, inboxUrl })
  return stop
}
