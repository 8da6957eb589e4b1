/** The clients that the store may be given, known by shape, and one way to run a script on each. */

/** What node-redis wants beside a script. */
export interface KeysAndArguments {
  /** The keys that the script touches. */
  keys: string[]
  /** What else it is given. */
  arguments: string[]
}

/** The part of node-redis that the store uses: a client, a pool or a cluster. */
export interface NodeRedis {
  /** Runs a script. */
  eval(script: string, options: KeysAndArguments): Promise<unknown>
  /** Runs a script that the server knows, by its SHA-1. */
  evalSha(sha1: string, options: KeysAndArguments): Promise<unknown>
}

/** The part of ioredis that the store uses: `Redis` or `Cluster`. */
export interface IoRedis {
  /** Runs a script. */
  eval(script: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>
  /** Runs a script that the server knows, by its SHA-1. */
  evalsha(sha1: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>
  /** Never called: it tells ioredis from the others. */
  defineCommand(name: string, definition: { lua: string }): void
}

/** The part of `@upstash/redis` that the store uses. Two such functions make a store of any other client. */
export interface UpstashRedis {
  /** Runs a script. */
  eval(script: string, keys: string[], args: string[]): Promise<unknown>
  /** Runs a script that the server knows, by its SHA-1; rejects with `NOSCRIPT …` when it does not. */
  evalsha(sha1: string, keys: string[], args: string[]): Promise<unknown>
}

/** A client for Redis: node-redis, ioredis or `@upstash/redis`. */
export type RedisClient = NodeRedis | IoRedis | UpstashRedis

/** Runs a script in one round trip and gives its answer. */
export type RunScript = <Answer>(
  script: string,
  keys: readonly string[],
  args: readonly string[],
) => Promise<Answer>

/**
 * Makes the one way to run a script from a client. Scripts are sent by their SHA-1, and whole to a
 * server that does not know them: a new one, or one that was started again.
 *
 * @param client The app's client.
 * @returns Runs a script that answers `{"answer": …}` as JSON text.
 */
export function scriptRunner(client: RedisClient): RunScript {
  const send = senderFor(client)
  const digests = new Map<string, string>()

  return async <Answer>(script: string, keys: readonly string[], args: readonly string[]) => {
    const digest = digests.get(script) ?? (await sha1(script))
    digests.set(script, digest)
    let reply: unknown
    try {
      reply = await send('evalsha', digest, keys, args).catch((cause: unknown) => {
        // Nothing was run, so that running it now is running it once.
        if (isUnknownScript(cause)) return send('eval', script, keys, args)
        throw cause
      })
    } catch (cause) {
      throw withoutArguments(cause)
    }
    return answerIn(reply) as Answer
  }
}

/** Sends a script whole, or by its SHA-1. */
type Send = (
  how: 'eval' | 'evalsha',
  script: string,
  keys: readonly string[],
  args: readonly string[],
) => Promise<unknown>

function senderFor(client: RedisClient): Send {
  if ('evalSha' in client) {
    return (how, script, keys, args) =>
      client[how === 'eval' ? 'eval' : 'evalSha'](script, { keys: [...keys], arguments: [...args] })
  }
  if ('defineCommand' in client) {
    return (how, script, keys, args) => client[how](script, keys.length, ...keys, ...args)
  }
  return (how, script, keys, args) => client[how](script, [...keys], [...args])
}

/** Upstash's client puts words of its own before those of a command that shared a request. */
function isUnknownScript(cause: unknown): boolean {
  return cause instanceof Error && /^(Command failed: )?NOSCRIPT /.test(cause.message)
}

/**
 * Upstash's client parses what looks like JSON, and turns a request that was given up into a reply:
 * only what one of our scripts said counts as an answer.
 */
function answerIn(reply: unknown): unknown {
  let parsed = reply
  try {
    if (typeof reply === 'string') parsed = JSON.parse(reply)
  } catch {
    // Not told as it is: a parser quotes what it could not read.
  }
  if (typeof parsed !== 'object' || parsed === null || !('answer' in parsed)) {
    throw new Error('Redis: the reply is not the answer of a script')
  }
  return parsed.answer
}

/** A failure in the client's words, without the command that some clients add: a hash is among its arguments. */
function withoutArguments(cause: unknown): Error {
  const { name, message, code } = wordsOf(cause)
  const because = cause instanceof Error ? wordsOf(cause.cause).code : ''
  const words = message.replace(/(, command was|response body): .*/s, '')
  const codes = [code, because].filter(Boolean).join(', ')
  return new Error(`Redis: ${name}: ${words}${codes && ` (${codes})`}`)
}

function wordsOf(cause: unknown): { name: string; message: string; code: string } {
  if (!(cause instanceof Error)) return { name: 'Error', message: 'no reason was given', code: '' }
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  return { name: cause.name, message: cause.message, code }
}

async function sha1(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(text))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
