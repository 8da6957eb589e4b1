/** Starts real proxies in front of a small app. Each changes the host that the app receives. */
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type RequestListener, createServer, request as send } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Server, serve } from '@limen/test-servers'
import app from '../src/proxied.ts'
import type { Tls } from './browser.ts'

/**
 * Starts the app on Node.
 *
 * @param urlOf Makes the URL of a request: Node has none, so each framework makes its own.
 */
export function startNode(urlOf: (host: string, path: string) => string): Promise<Server> {
  return listen(
    createServer((incoming, outgoing) => {
      const { method = 'GET', url = '/', headers } = incoming
      const request = new Request(urlOf(headers.host ?? '', url), {
        method,
        headers: Object.entries(headers).filter(
          (header): header is [string, string] => typeof header[1] === 'string',
        ),
      })
      void app.fetch(request).then(async (response) => {
        outgoing.writeHead(response.status, {
          'Content-Type': 'text/plain',
          'Set-Cookie': response.headers.getSetCookie(),
        })
        outgoing.end(await response.text())
      })
    }),
  )
}

/** Starts a proxy that terminates TLS and sets another `Host`, as a load balancer can. */
export function startTlsProxy(tls: Tls, upstream: number, host: string): Promise<Server> {
  const forward: RequestListener = (incoming, outgoing) => {
    const { method, url: path, headers } = incoming
    const forwarded = { ...headers, host, 'x-forwarded-host': headers.host ?? '' }
    const target = { host: '127.0.0.1', port: upstream, method, path, headers: forwarded }
    const request = send(target, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers)
      response.pipe(outgoing)
    })
    request.on('error', (error) => outgoing.destroy(error))
    incoming.pipe(request)
  }
  return listen(createTlsServer(tls, forward))
}

/** Starts nginx, which sends the upstream's address as `Host` by default. */
export function startNginx(program: string, upstream: number, tls?: Tls): Promise<Server> {
  return inFolder(async (folder) => {
    const file = (name: string) => join(folder, name)
    if (tls) {
      await writeFile(file('key'), tls.key)
      await writeFile(file('cert'), tls.cert)
    }
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    const configOf = (port: number) => `daemon off; master_process off; pid ${folder}/pid; events {}
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
  server {
    listen 127.0.0.1:${port}${tls ? ' ssl' : ''};
    ${tls ? `ssl_certificate ${folder}/cert; ssl_certificate_key ${folder}/key;` : ''}
    location / {
      proxy_pass http://127.0.0.1:${upstream};
      proxy_set_header X-Forwarded-Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
    }
  }
}`
    return serve(program, (port) => {
      writeFileSync(file('conf'), configOf(port))
      return ['-p', folder, '-c', file('conf'), '-e', 'stderr']
    })
  })
}

/** Starts `wrangler dev` for the app, with a route or a custom domain as a deployed Worker has. */
export function startWrangler(route: object): Promise<Server> {
  return inFolder(async (folder) => {
    const config = join(folder, 'wrangler.json')
    const main = fileURLToPath(new URL('../src/proxied.ts', import.meta.url))
    const settings = { name: 'proxied', main, compatibility_date: '2026-11-01', routes: [route] }
    await writeFile(config, JSON.stringify(settings))
    const bin = fileURLToPath(new URL('../node_modules/wrangler/bin/wrangler.js', import.meta.url))
    const args = ['dev', '-c', config, '--persist-to', folder, '--ip', '127.0.0.1']
    const inspector = ['--inspector-port', '0']
    return serve(process.execPath, (port) => [bin, ...args, ...inspector, '--port', String(port)])
  })
}

/** Starts a server in a temporary folder, which is removed with it. */
async function inFolder(start: (folder: string) => Promise<Server>): Promise<Server> {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'limen-proxy-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const { port } = stack.use(await start(folder))
  const started = stack.move()
  return { port, [Symbol.asyncDispose]: () => started.disposeAsync() }
}

async function listen(server: ReturnType<typeof createServer>): Promise<Server> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
