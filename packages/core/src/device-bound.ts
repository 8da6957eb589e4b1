/**
 * Device-bound sessions: a browser that supports them signs with a key that it cannot export, so a copied
 * session cookie opens nothing. Other browsers work as before.
 *
 * @module
 */
import { COOKIE_RULES, findCookies, serializeCookie } from './cookie.ts'
import type { OriginRequest } from './csrf.ts'
import { isAuthError } from './error.ts'
import type { AuthEvent, DeviceRefusal } from './event.ts'
import type { ExtensionSettings } from './extension.ts'
import { type StoredDevice, deviceTags, deviceText, isBound, storedDevice } from './device-key.ts'
import {
  CHALLENGE_HEADER,
  ID_HEADER,
  PROOF_HEADER,
  REGISTRATION_HEADER,
  bareString,
  challengeFor,
  instructionsFor,
  isSignedWith,
  keyOf,
  parseProof,
  registrationOffer,
} from './device-wire.ts'
import {
  ATTRIBUTE_NAME_FORM,
  COOKIE_HOST_ONLY,
  COOKIE_UNPARTITIONED,
  DEVICE_PATH_FORM,
  DEVICE_STORE_FORM,
  EXCLUDED_PATHS_FORM,
  INITIATORS_FORM,
  PROOF_PERIOD_FORM,
} from './messages.ts'
import {
  type OptionRule,
  checkOption,
  checkOptions,
  isListOf,
  isObject,
  isPromise,
  matching,
  shown,
  text,
} from './options.ts'
import type { SessionCookie } from './session-cookie.ts'
import { withCalls } from './store-calls.ts'
import {
  type EitherStore,
  ROUTE_LENGTH,
  type SessionRecord,
  type StoreCall,
  type StoreId,
} from './store.ts'
import { SECRET_BYTES, randomText, sameHash } from './token.ts'

const MINUTE = 60_000

/** How long after a sign-in a device can register. */
const OFFER_LIFE = 5 * MINUTE
/** How long a session needs no proof after it was bound: requests are on their way. */
const GRACE = MINUTE
/** How long a proof is valid after its cookie has expired: requests are on their way, and clocks differ. */
const LEEWAY = MINUTE / 2

/** Options of {@link deviceBound}. */
export interface DeviceBoundOptions {
  /** The path of the route that calls `auth.answerDevice()`, such as `/device`. */
  readonly path: string
  /**
   * How long a proof is valid, in milliseconds: a whole number of seconds from 300000 (5 minutes) to
   * 86400000 (a day). So long can a thief use a copy of both cookies. Browsers sign at most 6 times in 9
   * minutes. Default 600000, 10 minutes.
   */
  readonly proofPeriodMs?: number | undefined
  /**
   * Hosts of other sites whose links let the browser refresh before it follows them, such as
   * `*.example.com`. Default `['*']`: all. With `[]`, a visitor who follows a link from another site
   * after the proof has expired seems signed out until the next page.
   */
  readonly allowedRefreshInitiators?: readonly string[] | undefined
  /** Paths that need no session, such as `/static`: the browser does not refresh for them. Default: none. */
  readonly excludedPaths?: readonly string[] | undefined
  /** The session attribute that stores the device's key. Default `deviceKey`. */
  readonly attribute?: string | undefined
}

/** The calls that {@link deviceBound} adds to `auth`. */
export interface DeviceCalls {
  /**
   * Answers the browser's requests to `path`: the registration of a key, and a refresh of the proof.
   * Return its response as it is. It checks no origin: the request proves itself.
   *
   * @param request The request. It needs no session cookie.
   * @returns The response. A failure of the store is a 503, and an event `store-failed`.
   */
  answerDevice(request: OriginRequest): Promise<Response>
  /**
   * Whether a session is bound to a device, for "your devices": also for a listed session.
   *
   * @param session What `validate()`, `getSession()` or `getAllUserSessions()` returned, not a copy.
   */
  isDeviceBound(session: { readonly sessionId: string }): boolean
}

/** What {@link deviceBound} changes. */
export type DeviceBoundChanges = Required<
  Pick<ExtensionSettings, 'store' | 'cookies' | 'onCreate' | 'admit' | 'getSessionAttributes'>
> & { readonly calls: DeviceCalls }

/** A property of sessions, which neither JSON nor `Object.keys` shows. */
const BOUND = Symbol('deviceBound')

/**
 * An extension for `limen()` that binds sessions to devices, where the browser supports it: Chrome and
 * Edge on Windows and macOS. A bound session needs two cookies: the session cookie, and a proof that the
 * browser renews with its key. It is checked on every way in, also for bearer tokens.
 *
 * @param options The path of the route that calls `auth.answerDevice()`. The others have defaults.
 * @returns The extension. It adds the calls {@link DeviceCalls} to `auth`.
 * @throws {AuthError} `AUTH_CONFIG` for an option that does not fit; from `limen()`, for a store with the
 * trait `staleMisses`, such as Workers KV, and for a session cookie with a domain or `partitioned`.
 * @see {@link https://w3c.github.io/webappsec-dbsc/ Device Bound Session Credentials}
 *
 * @example
 * const auth = limen({ store: memoryStore(), extensions: [deviceBound({ path: '/device' })] })
 * const request = new Request('https://app.example/device', { method: 'POST' })
 * const { status } = await auth.answerDevice(request)
 * status
 * // 400
 */
export function deviceBound(
  options: DeviceBoundOptions,
): (settings: ExtensionSettings) => DeviceBoundChanges {
  const checked = checkOptions('deviceBound(): ', options, RULES)
  const { path, proofPeriodMs = 10 * MINUTE, attribute = 'deviceKey' } = checked
  const { allowedRefreshInitiators = ['*'], excludedPaths = [] } = checked

  return (settings) => {
    const { cookies, tokens } = settings
    const store = settings.store as EitherStore<unknown, unknown>
    const onEvent = settings.onEvent as (event: AuthEvent) => unknown
    const tags = deviceTags()
    const isStrict = !store.traits?.staleMisses
    checkOption(
      isStrict,
      'deviceBound(): store',
      DEVICE_STORE_FORM,
      'one with the trait staleMisses',
    )
    const proofCookie = proofCookieOf(cookies.make('', 0), settings.secure)
    const deletion = proofCookie('', 0)
    const { name } = deletion
    const instructions = {
      path,
      excludedPaths,
      allowedRefreshInitiators,
      cookieName: name,
      cookieAttributes: proofCookie('')
        .serialize()
        .slice(name.length + 3),
    }
    const deviceOf = ({ attributes }: SessionRecord<unknown>) =>
      storedDevice((attributes as Readonly<Record<string, unknown>>)[attribute])
    const seconds = (after: number) => Math.floor((settings.now() + after) / 1000)

    return {
      async onCreate(session) {
        const before = await settings.onCreate?.(session)
        const secret = randomText(SECRET_BYTES)
        const offer = registrationOffer(path, await tags.offer(secret, session.id))
        return {
          attributes: { ...before?.attributes, [attribute]: secret },
          withCookie(cookie) {
            const changed = before?.withCookie?.(cookie) ?? cookie
            return {
              ...changed,
              headers: [...(changed.headers ?? []), [REGISTRATION_HEADER, offer]],
              // The proof of an earlier session would keep the browser from asking for one of this.
              deletions: [...changed.deletions, deletion],
            }
          },
        }
      },

      async admit(session, request, isAdopted) {
        const { admit } = settings
        if (admit && (await admit(session, request, isAdopted)) !== true) return false
        const device = deviceOf(session)
        if (device === undefined) return true
        if (device === null) return false
        const { boundAt, secret } = device
        if (boundAt === undefined || settings.now() < boundAt + GRACE) return true
        const [proof, ...others] = findCookies(request?.headers.get('Cookie') ?? '', name)
        // One cookie: a browser has no two of this name, and each costs two hashes.
        if (proof === undefined || others.length) return false
        return tags.isValid('proof', secret, session.id, proof, seconds(-LEEWAY))
      },

      store: withCalls(settings.store, {
        // An app that stores a form as attributes must not change the key.
        update: (id: StoreId, attributes: object) => store.update(id, without(attributes)),
      }),

      getSessionAttributes(attributes: object) {
        const { [attribute as never]: device } = attributes
        const given = settings.getSessionAttributes as ((attributes: object) => unknown) | undefined
        const fields = given?.(without(attributes)) ?? {}
        // What the app must not return is for core to refuse.
        if (!isObject(fields) || isPromise(fields)) return fields
        return { ...fields, [BOUND]: isBound(device) }
      },

      cookies: {
        ...cookies,
        make(...args) {
          const cookie = cookies.make(...args)
          return cookie.value ? cookie : { ...cookie, deletions: [...cookie.deletions, deletion] }
        },
      },

      calls: {
        async answerDevice(request) {
          const { headers } = request
          const id = bareString(headers, ID_HEADER)
          try {
            return await (id === null ? register(headers) : refresh(headers, id))
          } catch (error) {
            if (error instanceof Response) return error
            throw error
          }
        },
        isDeviceBound: (session) => (session as { [BOUND]?: boolean })[BOUND] === true,
      },
    }

    /** Stores the key of a device. The session is not bound yet: the browser may not have accepted it. */
    async function register(headers: OriginRequest['headers']): Promise<Response> {
      const proof = parseProof(headers) ?? stop(400)
      const [id = ''] = proof.challenge.split('.')
      const { session, device } = await found(id)
      const { secret } = device
      if (!sameHash(proof.challenge, await tags.offer(secret, id))) refuse('challenge-mismatch', id)
      if (settings.now() > session.createdAt + OFFER_LIFE) refuse('challenge-expired', id)
      const key = keyOf(proof) ?? refuse('key-malformed', id)
      if (device.key && device.key !== key) refuse('key-mismatch', id)
      if (!(await isSignedWith(key, proof))) refuse('signature-mismatch', id)
      // The first answer may have been lost.
      if (!device.key) await write(session, { secret, key }, 'device-registered')
      return instruct(session, secret)
    }

    /** Sends a new proof to a device that signs a challenge. The first one binds the session. */
    async function refresh(headers: OriginRequest['headers'], id: string): Promise<Response> {
      const { session, device } = await found(id)
      const { secret, key = refuse('unregistered', id) } = device
      // No cookie is fine: another site can have started the request that waits for this one.
      const others = sessionIdsIn(headers)
      if (others.length && !others.includes(id)) refuse('replaced', id)
      const proof = headers.get(PROOF_HEADER) === null ? null : parseProof(headers)
      if (proof === null && headers.get(PROOF_HEADER) !== null) refuse('proof-malformed', id)
      const isAnswer =
        proof && (await tags.isValid('challenge', secret, id, proof.challenge, seconds(0)))
      if (!isAnswer) return answer(403, await challenge(session, secret))
      if (proof.jwk !== undefined) refuse('key-mismatch', id)
      if (!(await isSignedWith(key, proof))) refuse('signature-mismatch', id)
      if (device.boundAt === undefined) {
        await write(session, { secret, key, boundAt: settings.now() }, 'device-bound')
      }
      const until = await tags.dated('proof', secret, id, seconds(proofPeriodMs))
      const cookie = proofCookie(until, proofPeriodMs / 1000)
      return instruct(session, secret, { 'Set-Cookie': cookie.serialize() })
    }

    /** The session, read strongly, and what is stored of its device. */
    async function found(
      id: string,
    ): Promise<{ session: SessionRecord<unknown>; device: StoredDevice }> {
      if (!tokens.isId(id)) refuse('unknown')
      const read = await called('read', () => store.read(keyOfId(id), { consistency: 'strong' }))
      const session = read?.session
      if (!session || settings.now() >= session.idlePeriodExpiresAt) refuse('unknown')
      return { session, device: deviceOf(session) ?? refuse('unregistered', id) }
    }

    async function write(
      { id, userId }: SessionRecord<unknown>,
      device: StoredDevice,
      type: 'device-registered' | 'device-bound',
    ): Promise<void> {
      const changes = { [attribute]: deviceText(device) }
      const exists = await called('update', () => store.update(keyOfId(id), changes))
      // It was revoked since it was read.
      if (!exists) refuse('unknown')
      onEvent({ type, sessionId: id, userId })
    }

    async function called<Result>(call: StoreCall, run: () => Promise<Result>): Promise<Result> {
      try {
        return await run()
      } catch (error) {
        const isRejected = isAuthError(error) && error.code !== 'AUTH_STORE_UNAVAILABLE'
        const code = isRejected ? 'AUTH_STORE_REJECTED' : 'AUTH_STORE_UNAVAILABLE'
        onEvent({ type: 'store-failed', call, code })
        // Browsers keep the device session after a 5xx only: a 4xx would sign the visitor out.
        return stop(503)
      }
    }

    function sessionIdsIn(headers: OriginRequest['headers']): readonly string[] {
      const search = cookies.find(headers)
      if (search.type !== 'found') return []
      return search.candidates.flatMap(({ values }) =>
        values.flatMap((value) => tokens.parse(value)?.[0] ?? []),
      )
    }

    async function challenge(
      { id }: SessionRecord<unknown>,
      secret: string,
    ): Promise<Readonly<Record<string, string>>> {
      // It outlives the proof: an expired challenge costs one more request and signature.
      const until = seconds(2 * proofPeriodMs)
      return {
        [CHALLENGE_HEADER]: challengeFor(id, await tags.dated('challenge', secret, id, until)),
      }
    }

    /** Each answer has a challenge: without one, browsers send the same proof again. */
    async function instruct(
      session: SessionRecord<unknown>,
      secret: string,
      headers?: Readonly<Record<string, string>>,
    ): Promise<Response> {
      const all = { ...(await challenge(session, secret)), ...headers }
      const json = { ...all, 'Content-Type': 'application/json' }
      return answer(200, json, instructionsFor(session.id, instructions))
    }

    function refuse(reason: DeviceRefusal, sessionId?: string): never {
      onEvent({ type: 'device-refused', sessionId, reason })
      return stop(401)
    }

    function without(attributes: object): object {
      const { [attribute as never]: _, ...others } = attributes
      return others
    }

    /** A session's id as the store receives it. */
    function keyOfId(id: string): StoreId {
      return store.traits?.routed ? { route: id.slice(0, ROUTE_LENGTH), id } : id
    }
  }
}

/** Creates proof cookies. They have the scope of the session cookie. */
function proofCookieOf(
  { name: sessionName, attributes: given }: SessionCookie,
  secure: boolean,
): (value: string, maxAge?: number) => SessionCookie {
  const option = 'sessionCookie.attributes.'
  const { path, sameSite, domain, partitioned } = given
  checkOption(domain === undefined, `${option}domain`, COOKIE_HOST_ONLY, shown(domain))
  checkOption(!partitioned, `${option}partitioned`, COOKIE_UNPARTITIONED, 'true')
  // Chromium does not accept "__Host-Http-" names here, and says nothing.
  const prefix = secure ? (path === '/' ? '__Host-' : '__Secure-') : ''
  const name = `${prefix}${sessionName.replace(/^__(host-http|host|http|secure)-/i, '')}-proof`
  return (value, maxAge) => {
    const attributes = {
      httpOnly: true as const,
      path,
      sameSite,
      secure,
      ...(maxAge !== undefined && { maxAge }),
      ...(maxAge === 0 && { expires: new Date(0) }),
    }
    const serialize = () => serializeCookie(name, value, attributes)
    return { name, value, attributes, deletions: [], serialize }
  }
}

function answer(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body?: string,
): Response {
  return new Response(body, { status, headers: { 'Cache-Control': 'no-store', ...headers } })
}

/** Ends the work on a request: `answerDevice()` returns the response. */
function stop(status: number): never {
  throw answer(status)
}

const [isPath] = COOKIE_RULES['path']!

const RULES: Readonly<Record<keyof DeviceBoundOptions, OptionRule>> = {
  path: [isPath, DEVICE_PATH_FORM, true],
  proofPeriodMs: [
    (ms) => typeof ms === 'number' && ms % 1000 === 0 && ms >= 5 * MINUTE && ms <= 1440 * MINUTE,
    PROOF_PERIOD_FORM,
  ],
  allowedRefreshInitiators: [
    (value) =>
      isListOf(
        value,
        text((host) => /^(\*|(\*\.)?[a-z\d.-]+)$/.test(host)),
      ),
    INITIATORS_FORM,
  ],
  excludedPaths: [(value) => isListOf(value, isPath), EXCLUDED_PATHS_FORM],
  attribute: matching(/^\w{1,64}$/, ATTRIBUTE_NAME_FORM),
}
