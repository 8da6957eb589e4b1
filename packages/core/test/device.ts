/** A device in software: registers with an app, and refreshes. */
import type { DeviceCalls } from '@limen/core/device-bound'
import { base64url } from '../src/token.ts'
import { APP } from './app.ts'

const FORM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** What a device has sent and received. */
export interface TestDevice {
  /** Registers with the challenge of an offer. */
  register(offer: string): Promise<Response>
  /** Refreshes a device session with the last challenge. */
  refresh(sessionId: string, headers?: Record<string, string>): Promise<Response>
}

/** Creates a device with a key of its own. */
export async function createDevice({
  answerDevice,
}: Pick<DeviceCalls, 'answerDevice'>): Promise<TestDevice> {
  const pair = (await crypto.subtle.generateKey(FORM, true, ['sign', 'verify'])) as CryptoKeyPair
  const { kty, crv, x, y } = (await crypto.subtle.exportKey('jwk', pair.publicKey)) as JsonWebKey
  let challenge = ''

  async function send(headers: Record<string, string>): Promise<Response> {
    const response = await answerDevice(new Request(`${APP}/device`, { method: 'POST', headers }))
    challenge = challengeOf(response) ?? challenge
    return response
  }
  const proofOf = async (header: object, jti: string) => {
    const parts = [{ alg: 'ES256', typ: 'dbsc+jwt', ...header }, { jti }]
    const bytes = (part: object | string) => new TextEncoder().encode(part as string)
    const text = parts.map((part) => base64url(bytes(JSON.stringify(part)))).join('.')
    return `${text}.${base64url(await crypto.subtle.sign(FORM, pair.privateKey, bytes(text)))}`
  }
  return {
    register: async (offer) =>
      send({ 'Secure-Session-Response': await proofOf({ jwk: { kty, crv, x, y } }, offer) }),
    refresh: async (sessionId, headers) =>
      send({
        'Sec-Secure-Session-Id': sessionId,
        'Secure-Session-Response': await proofOf({}, challenge),
        ...headers,
      }),
  }
}

/** The challenge of `Secure-Session-Challenge`. */
function challengeOf(response: Response): string | undefined {
  return /^"([^"]+)"/.exec(response.headers.get('Secure-Session-Challenge') ?? '')?.[1]
}

/** The challenge that the cookie of a new session offers. */
export function offerOf(cookie: {
  readonly headers?: readonly (readonly [string, string])[] | undefined
}): string {
  const [, offer] = cookie.headers?.find(([name]) => name === 'Secure-Session-Registration') ?? []
  return /challenge="([^"]+)"/.exec(offer ?? '')?.[1] ?? ''
}
