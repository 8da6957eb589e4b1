/** Terminates TLS in front of the Worker, with a new self-signed certificate. */
import { request } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { generate } from 'selfsigned'

export interface TlsProxy extends AsyncDisposable {
  readonly port: number
}

/** Forwards every request to `target` with an unchanged `Host` header. */
export async function startTlsProxy(
  target: string,
  tls?: { readonly key: string; readonly cert: string },
): Promise<TlsProxy> {
  const server = createServer(tls ?? (await newCertificate()), (incoming, outgoing) => {
    const { method, url = '/', headers } = incoming
    const forwarded = request(target, { method, path: url, headers }, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.rawHeaders)
      response.pipe(outgoing)
    })
    forwarded.on('error', (error) => outgoing.destroy(error))
    incoming.pipe(forwarded)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function newCertificate() {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }])
  return { key, cert }
}
