/** An authenticator in software: passkeys with ES256 and no attestation. */
import { Buffer } from 'node:buffer'
import {
  type KeyObject,
  createHash,
  createSign,
  generateKeyPairSync,
  randomBytes,
} from 'node:crypto'
import { ORIGIN } from './world.ts'

/** What a case changes in a response. */
export interface Lies {
  readonly origin?: string
  readonly rpId?: string
  readonly challenge?: string
  readonly userVerified?: boolean
  readonly counter?: number
  readonly userHandle?: string
  readonly id?: string
  readonly type?: string
}

/** The options that the site returns. */
export interface Options {
  readonly challenge: string
  readonly rpId?: string
  readonly rp?: { readonly id: string }
  readonly user?: { readonly id: string }
}

/** A passkey. */
export interface SoftwarePasskey {
  readonly id: string
  /** The response to the addition, as the form sends it. */
  readonly registration: (options: Options, lies?: Lies) => string
  /** The response to a sign-in, as the form sends it. */
  readonly assertion: (options: Options, lies?: Lies) => string
}

const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')
const sha256 = (data: Uint8Array | string) => createHash('sha256').update(data).digest()

/** Creates a passkey of a user. */
export function softwarePasskey(userHandle: string): SoftwarePasskey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const ownId = randomBytes(16)
  const id = base64url(ownId)
  return {
    id,
    registration(options, lies = {}) {
      const credentialId = lies.id ? Buffer.from(lies.id, 'base64url') : ownId
      const length = Buffer.from([credentialId.length >> 8, credentialId.length & 255])
      const attested = [Buffer.alloc(16), length, credentialId, coseKey(publicKey)]
      const authData = Buffer.concat([authenticatorData(options, 0x40, lies), ...attested])
      const attestationObject = Buffer.concat([
        // {"fmt": "none", "attStmt": {}, "authData": bytes with a length of two bytes}
        Buffer.from([0xa3, 0x63, ...Buffer.from('fmt'), 0x64, ...Buffer.from('none')]),
        Buffer.from([0x67, ...Buffer.from('attStmt'), 0xa0, 0x68, ...Buffer.from('authData')]),
        Buffer.from([0x59, authData.length >> 8, authData.length & 255]),
        authData,
      ])
      const clientDataJSON = clientData('webauthn.create', options, lies)
      return sent(base64url(credentialId), {
        clientDataJSON: base64url(clientDataJSON),
        attestationObject: base64url(attestationObject),
        transports: ['internal'],
      })
    },
    assertion(options, lies = {}) {
      const authData = authenticatorData(options, 0, lies)
      const clientDataJSON = clientData('webauthn.get', options, lies)
      const signed = createSign('sha256').update(authData).update(sha256(clientDataJSON))
      return sent(lies.id ?? id, {
        clientDataJSON: base64url(clientDataJSON),
        authenticatorData: base64url(authData),
        signature: base64url(signed.sign(privateKey)),
        userHandle: lies.userHandle ?? userHandle,
      })
    },
  }
}

function sent(id: string, response: object): string {
  return JSON.stringify({ id, rawId: id, type: 'public-key', clientExtensionResults: {}, response })
}

function clientData(type: string, { challenge }: Options, lies: Lies): Buffer {
  const fields = { challenge: lies.challenge ?? challenge, origin: lies.origin ?? ORIGIN }
  return Buffer.from(JSON.stringify({ type: lies.type ?? type, ...fields, crossOrigin: false }))
}

function authenticatorData({ rpId, rp }: Options, flags: number, lies: Lies): Buffer {
  const { userVerified = true, counter = 0 } = lies
  const counterBytes = Buffer.alloc(4)
  counterBytes.writeUInt32BE(counter)
  const allFlags = flags | 0x01 | (userVerified ? 0x04 : 0)
  const hash = sha256(lies.rpId ?? rpId ?? rp?.id ?? '')
  return Buffer.concat([hash, Buffer.from([allFlags]), counterBytes])
}

/** {1: 2, 3: -7, -1: 1, -2: x, -3: y}: a key for ES256. */
function coseKey(publicKey: KeyObject): Buffer {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  return Buffer.concat([
    Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]),
    Buffer.from(x, 'base64url'),
    Buffer.from([0x22, 0x58, 0x20]),
    Buffer.from(y, 'base64url'),
  ])
}
