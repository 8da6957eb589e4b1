/** Starts a real redis-server, on a free port and in a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A server of this run. */
export interface RedisProcess {
  readonly port: number
  /** Kills it, as a crash would; its files stay. */
  kill(): Promise<void>
  /** Starts it again over its files. */
  restart(): Promise<void>
  /** Kills it and deletes its files. */
  close(): Promise<void>
}

// The system closes our end of the pipe when this process ends, in any way: the server ends too.
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
 * @throws {Error} With the server's output when it does not start.
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
    let output = ''
    for await (const chunk of started.stdout.iterator({ destroyOnReturn: false })) {
      output += String(chunk)
      if (!output.includes('Ready to accept connections')) continue
      started.stdout.resume()
      return started
    }
    throw new Error(`redis-server did not start:\n${output}`)
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

/** A free port. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}
