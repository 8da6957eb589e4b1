/** Starts the program with the providers, in a Node process of its own. */
import { fileURLToPath } from 'node:url'
import { serve } from '@limen/test-servers'
import { APP, type TestProviders } from './oauth-registration.ts'

/** The program, which stops when it is disposed. */
export interface ProviderProcess extends AsyncDisposable {
  readonly providers: TestProviders
}

/** Starts it for the app at an origin, and waits until it accepts connections. */
export async function startProviders(origin = APP): Promise<ProviderProcess> {
  const program = fileURLToPath(new URL('providers.ts', import.meta.url))
  const argsOf = (port: number) => [`PORT=${port}`, process.execPath, program]
  const server = await serve('env', argsOf, { env: { ORIGIN: origin } })
  const response = await fetch(`http://127.0.0.1:${server.port}/`)
  return {
    providers: (await response.json()) as TestProviders,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
