/** Signs a visitor up at a program that listens. */
import type { ServerProcess } from '@limen/test-servers'
import { visitor } from '@limen/testing'

/** Returns the page that the visitor sees afterwards. */
export async function signUpAt({ port, log }: ServerProcess): Promise<string> {
  const ada = visitor({ origin: `http://localhost:${port}` })
  const body = new URLSearchParams({ email: 'ada@example.com', passphrase: 'correct horse' })
  const response = await ada.fetch('/sign-up', { method: 'POST', body })
  if (response.status !== 303) throw new Error(`${response.status}: ${log()}`)
  return (await ada.fetch('/')).text()
}
