/** The clients that the store can be given, structurally typed, and one way to run a script on each. */
import { AuthError, type AuthErrorCode } from '@limen/core'
import { checkClient, hasMethod } from '@limen/core/store-kit'
import { CLIENT_FORM, NOT_AN_ANSWER, NOT_A_RECORD, NO_REASON, redis } from './messages.ts'

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
 * server that does not have them: a new one, or one that was started again.
 *
 * @param client The app's client.
 * @returns Runs a script that returns `{"answer": …}` as JSON text.
 * @throws {AuthError} `AUTH_CONFIG` when it is no client.
 */
export function scriptRunner(client: RedisClient): RunScript {
  const send = senderFor(client)
  const digests = new Map<string, string>()

  return async <Answer>(script: string, keys: readonly string[], args: readonly string[]) => {
    let digest = digests.get(script)
    if (digest === undefined) digests.set(script, (digest = await sha1(script)))
    let reply: unknown
    try {
      reply = await send('evalsha', digest, keys, args)
    } catch (cause) {
      // Nothing was run, so that running it now is running it once.
      if (!isUnknownScript(cause)) throw failureOf(cause)
      reply = await send('eval', script, keys, args).catch((again: unknown) => {
        throw failureOf(again)
      })
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
  const digested = hasMethod(client, 'evalSha') ? 'evalSha' : 'evalsha'
  checkClient('redisStore', CLIENT_FORM, client, ['eval', digested])
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
 * only what one of our scripts returned counts as an answer.
 */
function answerIn(reply: unknown): unknown {
  let parsed = reply
  try {
    if (typeof reply === 'string') parsed = JSON.parse(reply)
  } catch {
    // The parser's message quotes the text, which must not be shown.
  }
  if (typeof parsed === 'object' && parsed !== null && 'answer' in parsed) return parsed.answer
  // A script joins the texts that are stored, and does not read them.
  if (typeof reply === 'string' && reply.startsWith('{"answer":')) {
    throw new AuthError('AUTH_STORE_REJECTED', NOT_A_RECORD)
  }
  throw new AuthError('AUTH_STORE_UNAVAILABLE', NOT_AN_ANSWER)
}

/**
 * Errors that Redis will give again until the app or its configuration changes. All others may pass:
 * `OOM`, `LOADING`, `BUSY`, `CLUSTERDOWN`, `MASTERDOWN`, `TRYAGAIN`, `MISCONF`, `NOREPLICAS`, and
 * `READONLY`, which a primary says after a failover until the client has found the new one.
 *
 * `NOAUTH` and `WRONGPASS` are here because the server did answer: its password is not the app's.
 * `MOVED` reaches us only from a client that was not made for a cluster; the others follow it.
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

/** What `ERR` says where it may pass: too many connections, a daily limit, a script that was stopped. */
const PASSING = /\bmax number of clients|\bmax .* exceeded|\bscript killed/i

/** What Redis 6 wraps into `ERR Error running script`: the code of the call that failed. */
const WRAPPED = /^ERR Error running script .*?: -?(?<code>[A-Z]+) /

/** What Upstash says of a request that is larger than the plan allows. */
const TOO_LARGE = /^ERR max (request|single record) size exceeded/

/** What a client rejected with, as an error of ours: a code, and the first line without its arguments. */
function failureOf(cause: unknown): AuthError {
  const { name, message, code } = wordsOf(cause)
  const because = cause instanceof Error ? wordsOf(cause.cause).code : ''
  const codes = [code, because].filter(Boolean).join(', ')
  const line = withoutArguments(message)
  return new AuthError(codeFor(line), redis(line, codes), {
    cause: new Error(`${name}: ${line}`),
  })
}

function codeFor(line: string): AuthErrorCode {
  if (TOO_LARGE.test(line)) return 'AUTH_RECORD_TOO_LARGE'
  // The answer of Upstash's endpoint to a wrong token.
  if (line === 'Unauthorized') return 'AUTH_STORE_REJECTED'
  const code = WRAPPED.exec(line)?.groups?.['code'] ?? /^[A-Z]+(?= )/.exec(line)?.[0] ?? ''
  if (!REJECTIONS.has(code) || (code === 'ERR' && PASSING.test(line))) {
    return 'AUTH_STORE_UNAVAILABLE'
  }
  return 'AUTH_STORE_REJECTED'
}

/**
 * The first line of a message, without the command that Upstash's client and Redis itself add, and
 * without where in which script it happened: a hash is among the arguments of a command.
 */
function withoutArguments(message: string): string {
  return message
    .replace(/^Command failed: /, '')
    .replace(/(,? command was|response body|, with args beginning with): .*/s, '')
    .replace(/ script: [0-9a-f]{40}, on @user_script:\d+\.?/, '')
    .replace(/\n.*/s, '')
}

function wordsOf(cause: unknown): { name: string; message: string; code: string } {
  if (!(cause instanceof Error)) return { name: 'Error', message: NO_REASON, code: '' }
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  return { name: cause.name, message: cause.message, code }
}

async function sha1(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(text))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
