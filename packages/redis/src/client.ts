/** The clients that the store accepts, structurally typed, and one way to run a script on each. */
import { AuthError, type AuthErrorCode } from '@limen/core'
import { checkClient, hasMethod } from '@limen/core/store-kit'
import { CLIENT_FORM, NOT_AN_ANSWER, NOT_A_RECORD, NO_REASON, redis } from './messages.ts'

/** The keys and arguments of a script, as node-redis takes them. */
export interface KeysAndArguments {
  /** The keys that the script uses. */
  keys: string[]
  /** Its other arguments. */
  arguments: string[]
}

/** The part of node-redis that the store uses: a client, a pool or a cluster. */
export interface NodeRedis {
  /** Runs a script. */
  eval(script: string, options: KeysAndArguments): Promise<unknown>
  /** Runs a script that the server has, by its SHA-1. */
  evalSha(sha1: string, options: KeysAndArguments): Promise<unknown>
}

/** The part of ioredis that the store uses: `Redis` or `Cluster`. */
export interface IoRedis {
  /** Runs a script. */
  eval(script: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>
  /** Runs a script that the server has, by its SHA-1. */
  evalsha(sha1: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>
  /** Never called: only ioredis has it. */
  defineCommand(name: string, definition: { lua: string }): void
}

/** The part of `@upstash/redis` that the store uses. An object with two such functions fits too. */
export interface UpstashRedis {
  /** Runs a script. */
  eval(script: string, keys: string[], args: string[]): Promise<unknown>
  /** Runs a script by its SHA-1; rejects with `NOSCRIPT …` when the server does not have it. */
  evalsha(sha1: string, keys: string[], args: string[]): Promise<unknown>
}

/** A client for Redis: node-redis, ioredis or `@upstash/redis`. */
export type RedisClient = NodeRedis | IoRedis | UpstashRedis

/** Runs a script in one round trip and returns its answer. */
export type RunScript = <Answer>(
  script: string,
  keys: readonly string[],
  args: readonly string[],
) => Promise<Answer>

/**
 * Returns a function that runs scripts on a client. Scripts are sent by their SHA-1, and in full to a
 * server that does not have them, such as one that was restarted.
 *
 * @param call The name of the function that creates the store, for the message.
 * @param client The app's client.
 * @returns The function. Its scripts must return `{"answer": …}` as JSON text.
 * @throws {AuthError} `AUTH_CONFIG` when it is not a client.
 */
export function scriptRunner(call: string, client: RedisClient): RunScript {
  const send = senderFor(call, client)
  const digests = new Map<string, string>()

  return async <Answer>(script: string, keys: readonly string[], args: readonly string[]) => {
    let digest = digests.get(script)
    if (digest === undefined) digests.set(script, (digest = await sha1(script)))
    let reply: unknown
    try {
      reply = await send('evalsha', digest, keys, args)
    } catch (cause) {
      // The script did not run, so running it now is running it once.
      if (!isUnknownScript(cause)) throw failureOf(cause)
      reply = await send('eval', script, keys, args).catch((again: unknown) => {
        throw failureOf(again)
      })
    }
    return answerIn(reply) as Answer
  }
}

/** Sends a script in full, or by its SHA-1. */
type Send = (
  how: 'eval' | 'evalsha',
  script: string,
  keys: readonly string[],
  args: readonly string[],
) => Promise<unknown>

function senderFor(call: string, client: RedisClient): Send {
  const digested = hasMethod(client, 'evalSha') ? 'evalSha' : 'evalsha'
  checkClient(call, CLIENT_FORM, client, ['eval', digested])
  if ('evalSha' in client) {
    return (how, script, keys, args) =>
      client[how === 'eval' ? 'eval' : 'evalSha'](script, { keys: [...keys], arguments: [...args] })
  }
  if ('defineCommand' in client) {
    return (how, script, keys, args) => client[how](script, keys.length, ...keys, ...args)
  }
  return (how, script, keys, args) => client[how](script, [...keys], [...args])
}

/** Upstash's client adds a prefix to the message of a command in a pipeline. */
function isUnknownScript(cause: unknown): boolean {
  return cause instanceof Error && /^(Command failed: )?NOSCRIPT /.test(cause.message)
}

/**
 * Upstash's client parses text that looks like JSON, and turns an aborted request into a reply: only
 * the result of one of our scripts is an answer.
 */
function answerIn(reply: unknown): unknown {
  let parsed = reply
  try {
    if (typeof reply === 'string') parsed = JSON.parse(reply)
  } catch {
    // Not a cause: the parser's message quotes the text, which must not be shown.
  }
  if (typeof parsed === 'object' && parsed !== null && 'answer' in parsed) return parsed.answer
  // A script joins the stored texts without parsing them.
  if (typeof reply === 'string' && reply.startsWith('{"answer":')) {
    throw new AuthError('AUTH_STORE_REJECTED', NOT_A_RECORD)
  }
  throw new AuthError('AUTH_STORE_UNAVAILABLE', NOT_AN_ANSWER)
}

/**
 * Errors that Redis returns again until the app or its configuration changes. All others can pass:
 * `OOM`, `LOADING`, `BUSY`, `CLUSTERDOWN`, `MASTERDOWN`, `TRYAGAIN`, `MISCONF`, `NOREPLICAS`, and
 * `READONLY`, which a former primary returns after a failover until the client has found the new one.
 *
 * `NOAUTH` and `WRONGPASS` are here because the server answered: its password is not the app's.
 * `MOVED` comes only from a client that is not made for a cluster; cluster clients follow it.
 */
const REJECTIONS = new Set([
  'CROSSSLOT',
  'DENIED',
  'ERR',
  'MOVED',
  'NOAUTH',
  'NOPERM',
  'WRONGPASS',
  'WRONGTYPE',
])

/** Messages of `ERR` that can pass: too many connections, a daily limit, a script that was stopped. */
const PASSING = /\bmax number of clients|\bmax .* exceeded|\bscript killed/i

/** The code of the failed call, which Redis 6 wraps into `ERR Error running script`. */
const WRAPPED = /^ERR Error running script .*?: -?(?<code>[A-Z]+) /

/** Upstash's message for a request that is larger than the plan allows. */
const TOO_LARGE = /^ERR max (request|single record) size exceeded/

/** The error for a client's failure: its code, and the first line without arguments. */
function failureOf(cause: unknown): AuthError {
  const { name, message, code } = partsOf(cause)
  const because = cause instanceof Error ? partsOf(cause.cause).code : ''
  const codes = [code, because].filter(Boolean).join(', ')
  const line = withoutArguments(message)
  return new AuthError(codeFor(line), redis(line, codes), {
    cause: new Error(`${name}: ${line}`),
  })
}

function codeFor(line: string): AuthErrorCode {
  if (TOO_LARGE.test(line)) return 'AUTH_RECORD_TOO_LARGE'
  // Upstash's response to a wrong token.
  if (line === 'Unauthorized') return 'AUTH_STORE_REJECTED'
  const code = WRAPPED.exec(line)?.groups?.['code'] ?? /^[A-Z]+(?= )/.exec(line)?.[0] ?? ''
  if (!REJECTIONS.has(code) || (code === 'ERR' && PASSING.test(line))) {
    return 'AUTH_STORE_UNAVAILABLE'
  }
  return 'AUTH_STORE_REJECTED'
}

/**
 * The first line of a message, without the command that Upstash's client and Redis add (its arguments
 * include a hash), and without the position in the script.
 */
function withoutArguments(message: string): string {
  return message
    .replace(/^Command failed: /, '')
    .replace(/(,? command was|response body|, with args beginning with): .*/s, '')
    .replace(/ script: [0-9a-f]{40}, on @user_script:\d+\.?/, '')
    .replace(/\n.*/s, '')
}

function partsOf(cause: unknown): { name: string; message: string; code: string } {
  if (!(cause instanceof Error)) return { name: 'Error', message: NO_REASON, code: '' }
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  return { name: cause.name, message: cause.message, code }
}

async function sha1(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(text))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
