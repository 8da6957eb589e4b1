/** What the tests share: an auth object with a signed-in user, and an app of h3 v1 on a real socket. */
import { type IncomingMessage, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { limen } from '@limen/core'
import { type App, createApp, toNodeListener } from 'h3'
import { recordedApp, signedIn } from '../../conformance/test/signed-in.ts'
import nitroPlugin from '../src/nitro-plugin.ts'

export { DAY } from '../../conformance/test/signed-in.ts'

/** An auth object with a signed-in user, and a record of its store calls. */
export async function createAuth() {
  const { config, ...recorded } = recordedApp()
  const auth = limen(config)
  return { auth, ...recorded, ...(await signedIn(auth)) }
}

/** An app of h3 v1 with the plugin, as Nitro 2 creates it. */
export function createNitro(): App {
  const begin: ((event: never) => void)[] = []
  nitroPlugin({ hooks: { hook: (_name, run) => begin.push(run) } })
  return createApp({
    onRequest: (event) => {
      for (const run of begin) run(event as never)
    },
  })
}

/** Sends a request to an app over a real connection, with the host of its URL. */
export async function visit(app: App, { url, method, headers }: Request): Promise<Response> {
  const server = createServer(toNodeListener(app))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const { port } = server.address() as AddressInfo
    const { host, pathname: path } = new URL(url)
    const sent = { ...Object.fromEntries(headers), host, connection: 'close' }
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      request({ host: '127.0.0.1', port, method, path, headers: sent }, resolve)
        .on('error', reject)
        .end()
    })
    const lines = Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
      values.map((value): [string, string] => [name, value]),
    )
    const status = answer.statusCode!
    const body = [204, 304].includes(status)
      ? null
      : (Readable.toWeb(answer) as unknown as ReadableStream)
    return new Response(body, { status, headers: lines })
  } finally {
    // Only for new connections: the body of the response can still be streamed.
    server.close()
  }
}

/** The headers that Limen adds to a response. */
export const marksOf = ({ headers }: Response) => ({
  cookies: headers.getSetCookie(),
  cacheControl: headers.get('Cache-Control'),
  vary: headers.get('Vary'),
})
