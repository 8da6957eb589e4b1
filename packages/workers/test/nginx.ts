/** A real nginx with a cache, in front of a test server. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants, access, mkdtemp, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

// The system closes our end of the pipe when this process ends, in any way: the server ends too.
const GUARD = `
"$1" -p "$2" -c "$2/conf" -e stderr & server=$!
read -r _
kill -KILL $server 2>/dev/null
wait $server 2>/dev/null
rm -rf "$2"`

/** The path of nginx, or `null`. Debian installs servers in a folder that is not in a user's PATH. */
export async function findNginx(): Promise<string | null> {
  for (const folder of [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']) {
    const path = join(folder, 'nginx')
    if (await succeeds(access(path, constants.X_OK))) return path
  }
  return null
}

/**
 * Starts it in front of a server. It keeps for a minute whatever does not say otherwise, with its
 * cookies: by HTTP a cookie alone keeps no response out of a shared cache. `X-Cache` tells whether
 * an answer came from it.
 *
 * @param program As {@link findNginx} gave it.
 * @param upstream The port of the server behind it.
 */
export async function startNginx(
  program: string,
  upstream: number,
): Promise<AsyncDisposable & { readonly origin: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'limen-nginx-'))
  const port = await freePort()
  const ownFolders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const conf = `
daemon off;
master_process off;
pid ${folder}/pid;
events {}
http {
  access_log off;
  ${ownFolders.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  proxy_cache_path ${folder}/cache keys_zone=pages:1m;
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://127.0.0.1:${upstream};
      proxy_set_header Host $http_host;
      proxy_cache pages;
      proxy_cache_valid any 1m;
      proxy_cache_revalidate on;
      proxy_ignore_headers Set-Cookie;
      add_header X-Cache $upstream_cache_status always;
    }
  }
}
`
  await writeFile(join(folder, 'conf'), conf)
  const guard = spawn('sh', ['-c', GUARD, 'sh', program, folder], {
    // A terminal sends Ctrl-C to its whole group: the guard must outlive it.
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  let said = ''
  guard.stderr.on('data', (chunk) => (said += String(chunk)))
  const close = async () => {
    const over = once(guard, 'exit')
    guard.stdin.end()
    await over
  }
  for (let attempt = 0; !(await succeeds(reach(port))); attempt++) {
    if (attempt < 200) continue
    await close()
    throw new Error(`nginx does not answer:\n${said}`)
  }
  return { origin: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: close }
}

async function reach(port: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20))
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.destroy()
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function succeeds(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  )
}
