/** The client secret of Sign in with Apple: a JWT that the app signs with its key. */

/** What Apple gives a developer. */
export interface AppleKey {
  readonly teamId: string
  readonly keyId: string
  /** The contents of the file `AuthKey_….p8`. */
  readonly privateKey: string
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/**
 * Signs a client secret that is valid for five minutes.
 *
 * @see {@link https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret Creating a client secret}
 */
export async function appleSecret(
  { teamId, keyId, privateKey }: AppleKey,
  clientId: string,
  audience: string,
): Promise<string> {
  const der = Uint8Array.from(atob(privateKey.replaceAll(/-----.*?-----|\s/g, '')), (byte) =>
    byte.charCodeAt(0),
  )
  const key = await crypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign'])
  const iat = Math.floor(Date.now() / 1000)
  const claims = { iss: teamId, iat, exp: iat + 300, aud: audience, sub: clientId }
  const signed = [{ alg: 'ES256', kid: keyId }, claims]
    .map((part) => base64url(encode(part)))
    .join('.')
  const signature = await crypto.subtle.sign(ALGORITHM, key, new TextEncoder().encode(signed))
  return `${signed}.${base64url(new Uint8Array(signature))}`
}

function encode(part: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(part))
}

function base64url(bytes: Uint8Array): string {
  const base64 = btoa(String.fromCharCode(...bytes))
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
