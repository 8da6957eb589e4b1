/** A device's key in software, and the proofs that it signs. */

/** The algorithms that browsers sign with. */
export type DeviceAlgorithm = 'ES256' | 'RS256'

/** A key pair, whose public part is a JWK. */
export interface DeviceKey {
  /** The algorithm that it signs with. */
  readonly algorithm: DeviceAlgorithm
  /** The public key, with the members that browsers send. */
  readonly jwk: Readonly<Record<string, string>>
  /** Signs a text. Returns base64url. */
  sign(text: string): Promise<string>
}

/** What a proof says. Every part can be wrong, as in the proofs of an attacker. */
export interface ProofParts {
  readonly header: Readonly<Record<string, unknown>>
  readonly payload: Readonly<Record<string, unknown>>
}

const FORMS = {
  ES256: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  RS256: {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 2048,
    publicExponent: Uint8Array.of(1, 0, 1),
    hash: 'SHA-256',
  },
}

/** Creates a key pair. */
export async function createDeviceKey(algorithm: DeviceAlgorithm = 'ES256'): Promise<DeviceKey> {
  const form = FORMS[algorithm]
  const pair = (await crypto.subtle.generateKey(form, true, ['sign', 'verify'])) as CryptoKeyPair
  const exported: unknown = await crypto.subtle.exportKey('jwk', pair.publicKey)
  const all = exported as Readonly<Record<string, string>>
  const names = algorithm === 'ES256' ? ['kty', 'crv', 'x', 'y'] : ['kty', 'n', 'e']
  const jwk = Object.fromEntries(names.map((name) => [name, all[name]!]))
  return {
    algorithm,
    jwk,
    async sign(text) {
      const bytes = new TextEncoder().encode(text)
      return base64url(new Uint8Array(await crypto.subtle.sign(form, pair.privateKey, bytes)))
    },
  }
}

/** Signs any proof. */
export async function signProof(key: DeviceKey, { header, payload }: ProofParts): Promise<string> {
  const text = [header, payload].map((part) => base64url(utf8(JSON.stringify(part)))).join('.')
  return `${text}.${await key.sign(text)}`
}

/** The proof of a registration: it brings the public key. */
export function registrationProof(key: DeviceKey, challenge: string): Promise<string> {
  const { algorithm: alg, jwk } = key
  return signProof(key, { header: { alg, jwk, typ: 'dbsc+jwt' }, payload: { jti: challenge } })
}

/** The proof of a refresh. */
export function refreshProof(key: DeviceKey, challenge: string): Promise<string> {
  const { algorithm: alg } = key
  return signProof(key, { header: { alg, typ: 'dbsc+jwt' }, payload: { jti: challenge } })
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** Bytes as unpadded base64url. */
function base64url(bytes: Uint8Array): string {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
