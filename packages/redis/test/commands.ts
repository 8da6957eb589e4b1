/** What a server was asked, and what its scripts did then. */
import { Redis } from 'ioredis'

/** One command that a client sent. */
interface SeenCommand {
  /** In small letters. */
  readonly name: string
  /** The keys that it declared, when it was a script. */
  readonly keys: readonly string[]
  /** What the script called. */
  readonly inside: readonly (readonly string[])[]
}

/** A look at a server's commands. */
export interface CommandWatch {
  /** The commands since the last look. */
  taken(): Promise<readonly SeenCommand[]>
  close(): Promise<void>
}

/**
 * Watches the scripts whose first key begins with a prefix.
 *
 * Nothing else may be sent to the server while this begins: ioredis takes a command that comes with
 * the answer to MONITOR for the answer to one of its own.
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
