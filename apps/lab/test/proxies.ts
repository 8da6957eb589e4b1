/** Real proxies in front of a small app, each of which changes what the app sees of its own host. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type RequestListener, createServer, request as send } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { createRequire } from 'node:module'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import app from '../src/proxied.ts'

/** A server that a test has started. */
export interface Running extends AsyncDisposable {
  readonly port: number
}

/** A key and its certificate. */
export interface Tls {
  readonly key: string
  readonly cert: string
}

/**
 * Starts the app on Node.
 *
 * @param urlOf The URL that the app is given: Node has none, so each framework makes its own.
 */
export function startNode(urlOf: (host: string, path: string) => string): Promise<Running> {
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

/** Starts a proxy that ends TLS and writes a `Host` of its own, as a load balancer might. */
export function startTlsProxy(tls: Tls, upstream: number, host: string): Promise<Running> {
  const pass: RequestListener = (incoming, outgoing) => {
    const { method, url: path, headers } = incoming
    const passed = { ...headers, host, 'x-forwarded-host': headers.host ?? '' }
    const target = { host: '127.0.0.1', port: upstream, method, path, headers: passed }
    const request = send(target, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    request.on('error', (error) => outgoing.destroy(error))
    incoming.pipe(request)
  }
  return listen(createTlsServer(tls, pass))
}

/** Starts nginx, which sends the upstream's own address as `Host` unless it is configured. */
export async function startNginx(program: string, upstream: number, tls?: Tls): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), 'limen-proxy-'))
  const port = await freePort()
  if (tls) {
    await writeFile(join(folder, 'key'), tls.key)
    await writeFile(join(folder, 'cert'), tls.cert)
  }
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  await writeFile(
    join(folder, 'conf'),
    `daemon off; master_process off; pid ${folder}/pid; events {}
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
}`,
  )
  return startProgram(program, ['-p', folder, '-c', join(folder, 'conf'), '-e', 'stderr'], port, [
    folder,
  ])
}

/** Starts `wrangler dev` for the app, with a route or a custom domain as a deployed Worker has. */
export async function startWrangler(route: object): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), 'limen-wrangler-'))
  const port = await freePort()
  const config = {
    name: 'proxied',
    main: fileURLToPath(new URL('../src/proxied.ts', import.meta.url)),
    compatibility_date: '2026-11-01',
    routes: [route],
    dev: { port, ip: '127.0.0.1', inspector_port: await freePort() },
    send_metrics: false,
  }
  const path = join(folder, 'wrangler.json')
  await writeFile(path, JSON.stringify(config))
  const bin = join(
    createRequire(import.meta.url).resolve('wrangler/package.json'),
    '../bin/wrangler.js',
  )
  return startProgram(process.execPath, [bin, 'dev', '-c', path, '--persist-to', folder], port, [
    folder,
  ])
}

async function startProgram(
  program: string,
  args: readonly string[],
  port: number,
  folders: readonly string[],
): Promise<Running> {
  const child = spawn(program, args, {
    // A group of its own: wrangler has children, and they must end with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, CI: 'true', CLOUDFLARE_CF_FETCH_ENABLED: 'false' },
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => (log += text.toString()))
  }
  const close = async () => {
    if (child.exitCode === null) {
      process.kill(-child.pid!, 'SIGTERM')
      await once(child, 'exit')
    }
    for (const folder of folders) await rm(folder, { recursive: true, force: true })
  }
  for (let attempt = 0; !(await isListening(port)); attempt++) {
    if (attempt < 1000 && child.exitCode === null) continue
    await close()
    throw new Error(`${program} does not answer:\n${log}`)
  }
  return { port, [Symbol.asyncDispose]: close }
}

async function isListening(port: number): Promise<boolean> {
  await new Promise((resolve) => setTimeout(resolve, 30))
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

async function listen(server: ReturnType<typeof createServer>): Promise<Running> {
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

async function freePort(): Promise<number> {
  await using server = await listen(createServer())
  return server.port
}
