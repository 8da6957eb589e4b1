/** The floor: what a careful person would write by hand. The other subjects are compared with it. */
import {
  type CookieState,
  DAY,
  type Opened,
  type Subject,
  USER,
  ageOf,
  forged,
} from '../src/subject.ts'

interface StoredSession<Hash> {
  readonly userId: string
  readonly hash: Hash
  readonly activeUntil: number
  readonly idleUntil: number
}

const NAME = '__Host-session'
const ID = 22
const SECRET = 43

/** With the synchronous hash that is built into Node and Deno. */
export const builtinFloor: Subject = {
  name: 'floor, built-in hash',
  async open(withHono) {
    const crypto = (globalThis as unknown as Platform).process.getBuiltinModule('node:crypto')
    const digest = (secret: string) => crypto.hash('sha256', secret, 'base64url')
    return opened(withHono, digest, (secret, hash) => isSame(digest(secret), hash))
  },
}

/** With what every library must do: await a store, and return a whole session. */
export const sessionFloor: Subject = {
  name: 'floor, whole session',
  async open(withHono) {
    const builtin = (globalThis as Partial<Platform>).process?.getBuiltinModule('node:crypto')
    const encoder = new TextEncoder()
    const digest = builtin
      ? (secret: string) => builtin.hash('sha256', secret, 'base64url')
      : async (secret: string) => {
          const bytes = await crypto.subtle.digest('SHA-256', encoder.encode(secret))
          return base64url(new Uint8Array(bytes))
        }
    const isOf = async (secret: string, hash: string) => isSame(await digest(secret), hash)
    return opened<string>(withHono, digest, isOf, true)
  },
}

interface Platform {
  process: { getBuiltinModule(name: string): { hash(...given: string[]): string } }
}

/** With the asynchronous hash of Web Crypto. */
export const subtleFloor: Subject = {
  name: 'floor, crypto.subtle',
  async open(withHono) {
    const encoder = new TextEncoder()
    const digest = async (secret: string) =>
      new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(secret)))
    return opened(withHono, digest, async (secret, hash) => areSame(await digest(secret), hash))
  },
}

/** Without a hash: it stores the secrets themselves, as Lucia does. */
export const plainFloor: Subject = {
  name: 'floor, no hash',
  open: (withHono) => opened(withHono, (secret) => secret, isSame),
}

/** A Hono app that validates nothing. */
export const bareHono: Subject = {
  name: 'bare Hono',
  async open() {
    const { throughHono } = await import('./floor-hono.ts')
    return { cookie: () => `${NAME}=none`, handle: throughHono(() => USER) }
  },
}

async function opened<Hash>(
  withHono: boolean,
  digest: (secret: string) => Hash | Promise<Hash>,
  isOf: (secret: string, hash: Hash) => boolean | Promise<boolean>,
  isWhole = false,
): Promise<Opened> {
  const sessions = new Map<string, StoredSession<Hash>>()
  // Stores the cookie of a renewal, as a library would until it has a response.
  const pending = { cookie: '' }
  const read = async (id: string) => sessions.get(id)

  /** As a library would: checks handshakes too, awaits its store, and returns a session. */
  async function sessionOf(request: Request) {
    const { headers, method } = request
    const isSafe = (method === 'GET' || method === 'HEAD') && headers.get('Upgrade') === null
    if (!isSafe && !isSameOrigin(request)) return null
    const token = findCookie(headers.get('Cookie'))
    if (token.length !== ID + 1 + SECRET) return null
    const id = token.slice(0, ID)
    const session = await read(id)
    if (!session || !(await isOf(token.slice(ID + 1), session.hash))) return null
    const userId = userOf(session, true, token)
    if (userId === null) return null
    return {
      sessionId: id,
      user: { userId },
      activeUntil: new Date(session.activeUntil),
      idleUntil: new Date(session.idleUntil),
    }
  }

  function validate(request: Request): string | null | Promise<string | null> {
    const { headers, method } = request
    if (method !== 'GET' && method !== 'HEAD' && !isSameOrigin(request)) return null
    const token = findCookie(headers.get('Cookie'))
    if (token.length !== ID + 1 + SECRET) return null
    const session = sessions.get(token.slice(0, ID))
    if (!session) return null
    const same = isOf(token.slice(ID + 1), session.hash)
    return typeof same === 'boolean'
      ? userOf(session, same, token)
      : same.then((later) => userOf(session, later, token))
  }

  function userOf(session: StoredSession<Hash>, same: boolean, token: string): string | null {
    const now = Date.now()
    if (!same || now >= session.idleUntil) return null
    if (now >= session.activeUntil) {
      sessions.set(token.slice(0, ID), { ...session, ...deadlines(now) })
      pending.cookie = setCookie(`${NAME}=${token}`)
    }
    return session.userId
  }

  async function create(age = 0): Promise<string> {
    const id = randomText(16)
    const secret = randomText(32)
    const hash = await digest(secret)
    const now = Date.now() - age
    sessions.set(id, { userId: USER, hash, ...deadlines(now) })
    return `${NAME}=${id}.${secret}`
  }

  // Imported only where it is used, so that others do not evaluate Hono.
  const hono = withHono ? await import('./floor-hono.ts') : null
  const whole = async (request: Request) => (await sessionOf(request))?.user.userId ?? null
  const validateOrWhole = isWhole ? whole : validate

  return {
    validate: validateOrWhole,
    ...(hono && { handle: hono.throughHono(validateOrWhole) }),
    signIn: async () => setCookie(await create()),
    async cookie(state: CookieState) {
      if (state === 'malformed') return `${NAME}=malformed`
      const cookie = await create(ageOf(state))
      if (state === 'revoked' || state === 'unknown') {
        sessions.delete(cookie.slice(NAME.length + 1, NAME.length + 1 + ID))
      }
      return state === 'forged' ? forged(cookie) : cookie
    },
  }
}

const deadlines = (now: number) => ({ activeUntil: now + DAY, idleUntil: now + 15 * DAY })

function setCookie(cookie: string): string {
  return `${cookie}; Path=/; Max-Age=1296000; HttpOnly; Secure; SameSite=Lax`
}

function isSameOrigin({ headers, url }: Request): boolean {
  const site = headers.get('Sec-Fetch-Site')
  return site === null ? headers.get('Origin') === new URL(url).origin : site === 'same-origin'
}

function findCookie(header: string | null): string {
  if (header === null) return ''
  const first = header.startsWith(`${NAME}=`)
  const at = first ? 0 : header.indexOf(`; ${NAME}=`)
  if (at === -1) return ''
  const start = at + NAME.length + (first ? 1 : 3)
  const end = header.indexOf(';', start)
  return end === -1 ? header.slice(start) : header.slice(start, end)
}

function isSame(a: string, b: string): boolean {
  let difference = a.length ^ b.length
  for (let n = 0; n < a.length; n++) difference |= a.charCodeAt(n) ^ b.charCodeAt(n)
  return difference === 0
}

function areSame(a: Uint8Array, b: Uint8Array): boolean {
  let difference = 0
  for (let n = 0; n < 32; n++) difference |= a[n]! ^ b[n]!
  return difference === 0
}

function randomText(bytes: number): string {
  return base64url(crypto.getRandomValues(new Uint8Array(bytes)))
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}
