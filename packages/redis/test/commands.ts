/** The commands that a server received, and the calls of its scripts. */
import { Redis } from 'ioredis'

/** One command that a client sent. */
interface SeenCommand {
  /** In lower case. */
  readonly name: string
  /** The keys that a script received. */
  readonly keys: readonly string[]
  /** The calls of the script. */
  readonly inside: readonly (readonly string[])[]
}

/** A watch on a server's commands. */
export interface CommandWatch {
  /** The commands since the last call. */
  taken(): Promise<readonly SeenCommand[]>
  close(): Promise<void>
}

/**
 * Watches the scripts whose first key begins with a prefix.
 *
 * Send nothing else to the server while this starts: ioredis confuses a command that arrives with the
 * reply to MONITOR with the reply to a command of its own.
 */
export async function watchCommands(port: number, prefix: string): Promise<CommandWatch> {
  const client = new Redis({ port })
  await client.ping()
  const monitor = await client.monitor()
  let seen: { name: string; keys: string[]; inside: string[][] }[] = []
  let isOurs = false
  const marks = new Map<string, () => void>()
  monitor.on('monitor', (_time: string, args: string[], source: string) => {
    if (source === 'lua') {
      if (isOurs) seen.at(-1)!.inside.push(args)
      return
    }
    const [name = '', first = '', count = '', ...more] = args
    if (name.toLowerCase() === 'echo') marks.get(first)?.()
    isOurs = !!more[0]?.startsWith(`{${prefix}`)
    if (isOurs) {
      seen.push({ name: name.toLowerCase(), keys: more.slice(0, Number(count)), inside: [] })
    }
  })
  return {
    async taken() {
      const mark = crypto.randomUUID()
      const marked = new Promise<void>((resolve) => marks.set(mark, resolve))
      await client.echo(mark)
      await marked
      const taken = seen
      seen = []
      return taken
    },
    async close() {
      monitor.disconnect()
      client.disconnect()
    },
  }
}
