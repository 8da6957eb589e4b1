/** Starts a real redis-server, on a free port and in a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A server of our own. */
export interface RedisProcess {
  readonly port: number
  /** Ends it at once, as a crash would; what it has written stays. */
  kill(): Promise<void>
  /** Starts it again over what it had written. */
  restart(): Promise<void>
  /** Ends it and removes what it had written. */
  close(): Promise<void>
}

// The system closes our end of the pipe however we end: no server outlives us.
const GUARD = `
folder=$1; shift
redis-server "$@" & server=$!
read -r word
kill -KILL $server 2>/dev/null
wait $server
[ "$word" = keep ] || rm -rf "$folder"`

/**
 * Starts a server.
 *
 * @param options Further options, as in `redis.conf`.
 * @throws {Error} With the server's last words when it does not start.
 */
export async function startRedis(options: Record<string, string> = {}): Promise<RedisProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'limen-redis-'))
  const port = await freePort()
  const given = { bind: '127.0.0.1', port: String(port), dir: folder, save: '', ...options }
  const args = Object.entries(given).flatMap(([name, value]) => [`--${name}`, value])
  let guard = await start()

  async function start(): Promise<ChildProcess> {
    const started = spawn('sh', ['-c', GUARD, 'sh', folder, ...args], {
      // A terminal sends Ctrl-C to its whole group: the guard must outlive it.
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    let said = ''
    for await (const chunk of started.stdout.iterator({ destroyOnReturn: false })) {
      said += String(chunk)
      if (!said.includes('Ready to accept connections')) continue
      started.stdout.resume()
      return started
    }
    throw new Error(`redis-server did not start:\n${said}`)
  }

  async function end(word: string): Promise<void> {
    if (guard.exitCode !== null) return
    const over = once(guard, 'exit')
    guard.stdin!.end(`${word}\n`)
    await over
  }

  return {
    port,
    kill: () => end('keep'),
    async restart() {
      guard = await start()
    },
    close: () => end(''),
  }
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}
