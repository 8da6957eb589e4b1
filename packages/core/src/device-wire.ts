/**
 * The wire format of Device Bound Session Credentials: headers, proofs and session instructions.
 * It stores nothing, and does not know what a challenge contains.
 *
 * @see {@link https://w3c.github.io/webappsec-dbsc/ Device Bound Session Credentials}
 */
import { isObject } from './options.ts'

/** Response header: offers a new device session. */
export const REGISTRATION_HEADER = 'Secure-Session-Registration'
/** Response header: what the browser signs next. */
export const CHALLENGE_HEADER = 'Secure-Session-Challenge'
/** Request header: the signed proof. */
export const PROOF_HEADER = 'Secure-Session-Response'
/** Request header: the device session to refresh. Absent when one is registered. */
export const ID_HEADER = 'Sec-Secure-Session-Id'

/** A longer proof is not parsed. One with an RSA key of 4096 bits has about 2000 characters. */
const LONGEST_PROOF = 4096

/** A parsed proof. Nothing of it is checked yet. */
export interface DeviceProof {
  /** `alg` of its header. */
  readonly algorithm: unknown
  /** `jwk` of its header: only a registration has one. */
  readonly jwk: unknown
  /** `jti` of its payload: the challenge that was signed. */
  readonly challenge: string
  /** The text that was signed. */
  readonly signed: string
  readonly signature: Uint8Array<ArrayBuffer>
}

/** What a browser needs to know of its device sessions, the same for all sessions of an app. */
export interface DeviceInstructions {
  readonly path: string
  readonly excludedPaths: readonly string[]
  readonly allowedRefreshInitiators: readonly string[]
  readonly cookieName: string
  /** As in `Set-Cookie`, without `Max-Age`: browsers refuse that attribute here. */
  readonly cookieAttributes: string
}

/** Offers a device session. A browser takes the first algorithm that it supports. */
export function registrationOffer(path: string, challenge: string): string {
  return `(ES256 RS256);path="${path}";challenge="${challenge}"`
}

/** A challenge for one device session. */
export function challengeFor(sessionId: string, challenge: string): string {
  return `"${challenge}";id="${sessionId}"`
}

/** The JSON body that describes a device session. */
export function instructionsFor(sessionId: string, given: DeviceInstructions): string {
  return JSON.stringify({
    session_identifier: sessionId,
    refresh_url: given.path,
    scope: {
      include_site: false,
      scope_specification: given.excludedPaths.map((path) => ({
        type: 'exclude',
        domain: '*',
        path,
      })),
    },
    credentials: [{ type: 'cookie', name: given.cookieName, attributes: given.cookieAttributes }],
    allowed_refresh_initiators: given.allowedRefreshInitiators,
  })
}

/** Reads a header whose value is one string. Chromium sends it without the quotes of the specification. */
export function bareString(headers: Pick<Headers, 'get'>, name: string): string | null {
  return headers.get(name)?.replace(/^"(.*)"$/, '$1') ?? null
}

/** Parses a proof: a JWT of the type `dbsc+jwt`. `null` when it is malformed. */
export function parseProof(headers: Pick<Headers, 'get'>): DeviceProof | null {
  const text = bareString(headers, PROOF_HEADER) ?? ''
  if (text.length > LONGEST_PROOF) return null
  const [, signed, header, payload, signature] = /^(([\w-]+)\.([\w-]+))\.([\w-]+)$/.exec(text) ?? []
  try {
    const { typ, alg: algorithm, jwk } = fieldsOf(header!)
    const { jti: challenge } = fieldsOf(payload!)
    if (typ !== 'dbsc+jwt' || typeof challenge !== 'string') return null
    return { algorithm, jwk, challenge, signed: signed!, signature: bytesOf(signature!) }
  } catch {
    return null
  }
}

/**
 * The key of a registration, as it is stored: its algorithm and public part. `null` unless it is a key of
 * that algorithm: P-256, or RSA of 2048 to 4096 bits with the usual exponent.
 */
export function keyOf({ algorithm, jwk }: DeviceProof): string | null {
  if (!isObject(jwk)) return null
  // Any value: the form below is that of a text.
  const { kty, crv, x, y, n, e } = jwk as Readonly<Record<string, string>>
  let key = ''
  if (algorithm === 'ES256' && kty === 'EC' && crv === 'P-256') key = `ES256 ${x}.${y}`
  if (algorithm === 'RS256' && kty === 'RSA' && e === 'AQAB') key = `RS256 ${n}`
  return KEY.test(key) ? key : null
}

/** Checks the signature of a proof with a key that {@link keyOf} returned. Rejects nothing: `false`. */
export async function isSignedWith(key: string, proof: DeviceProof): Promise<boolean> {
  const [algorithm, text] = key.split(' ') as [string, string]
  // The stored key decides about the algorithm, never the proof.
  if (proof.algorithm !== algorithm) return false
  const { subtle } = crypto
  const signed = new TextEncoder().encode(proof.signed)
  try {
    if (algorithm === 'ES256') {
      const [x, y] = text.split('.') as [string, string]
      const form = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
      const jwk = { kty: 'EC', crv: 'P-256', x, y }
      const imported = await subtle.importKey('jwk', jwk, form, false, ['verify'])
      return await subtle.verify(form as { name: string }, imported, proof.signature, signed)
    }
    const form = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
    const jwk = { kty: 'RSA', n: text, e: 'AQAB' }
    const imported = await subtle.importKey('jwk', jwk, form, false, ['verify'])
    return await subtle.verify(form, imported, proof.signature, signed)
  } catch {
    // Not a point of the curve, or a signature of another length.
    return false
  }
}

/** A modulus of 2048 to 4096 bits whose first byte is not zero, or the coordinates of a point. */
const KEY = /^(ES256 [\w-]{43}\.[\w-]{43}|RS256 (?!A[A-P])[\w-]{342,683})$/

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  return JSON.parse(new TextDecoder().decode(bytesOf(text))) as Record<string, unknown>
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (byte) => byte.charCodeAt(0))
}
