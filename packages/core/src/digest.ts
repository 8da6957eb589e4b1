/** SHA-256, by the fastest call of the platform. */
import { base64url } from './token.ts'

interface Platform {
  /** Exists only in workerd. */
  WebSocketPair?: object
  process?: { getBuiltinModule?: (name: string) => NodeCrypto | undefined }
}

interface NodeCrypto {
  hash: (algorithm: string, text: string, encoding: string) => string
}

const encoder = new TextEncoder()

/** SHA-256 of a text's UTF-8 bytes, as base64url; a promise where the platform has no synchronous call. */
export type Sha256 = (text: string) => string | Promise<string>

/**
 * Finds the SHA-256 of the platform. Call it once and keep the function: finding it takes as
 * long as one hash.
 *
 * @returns The function that hashes.
 */
export function platformSha256(): Sha256 {
  // In Node, Deno and Bun, crypto.subtle uses another thread: 15 to 75 µs. In workerd both calls cost
  // the same, but the first read of `process` takes 4 ms, and node:crypto more.
  const builtinHash =
    !(globalThis as Platform).WebSocketPair &&
    (globalThis as Platform).process?.getBuiltinModule?.('node:crypto')?.hash
  return builtinHash
    ? (text) => builtinHash('sha256', text, 'base64url')
    : (text) => crypto.subtle.digest('SHA-256', encoder.encode(text)).then(base64url)
}

/** Hashes one text with {@link platformSha256}. */
export function sha256(text: string): string | Promise<string> {
  return platformSha256()(text)
}
