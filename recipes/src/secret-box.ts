/** Encrypts secrets that are stored, with AES-256-GCM and a key that is not in the database. */
import { Buffer } from 'node:buffer'

/** Encrypts and decrypts. */
export interface SecretBox {
  /** Encrypts a text. `owner` is needed again to open it: it cannot be moved to another user. */
  seal(text: string, owner: string): Promise<string>
  /** Decrypts it. Rejects for another owner, another key and a changed text. */
  open(sealed: string, owner: string): Promise<string>
}

/**
 * Creates the functions.
 *
 * @param key 32 random bytes in base64, such as `openssl rand -base64 32` prints.
 */
export function secretBox(key: string): SecretBox {
  const bytes = Uint8Array.from(Buffer.from(key, 'base64'))
  if (bytes.length !== 32) throw new Error('TOTP_KEY must be 32 random bytes in base64')
  const imported = () =>
    crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
  const algorithm = (iv: Uint8Array<ArrayBuffer>, owner: string) => ({
    name: 'AES-GCM',
    iv,
    additionalData: new TextEncoder().encode(owner),
  })
  return {
    async seal(text, owner) {
      const iv = crypto.getRandomValues(new Uint8Array(12))
      const data = new TextEncoder().encode(text)
      const sealed = await crypto.subtle.encrypt(algorithm(iv, owner), await imported(), data)
      return Buffer.concat([iv, new Uint8Array(sealed)]).toString('base64')
    },
    async open(sealed, owner) {
      const all = Uint8Array.from(Buffer.from(sealed, 'base64'))
      const [iv, data] = [all.slice(0, 12), all.slice(12)]
      const text = await crypto.subtle.decrypt(algorithm(iv, owner), await imported(), data)
      return new TextDecoder().decode(text)
    },
  }
}
