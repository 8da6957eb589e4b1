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

/**
 * Hashes the UTF-8 bytes of a text with SHA-256.
 *
 * @param text The text.
 * @returns The hash as 43 base64url characters, or a promise of it where the platform has no synchronous call.
 */
export function sha256(text: string): string | Promise<string> {
  // In Node, Deno and Bun, crypto.subtle uses another thread: 15 to 75 µs. In workerd both calls cost
  // the same, but the first read of `process` takes 4 ms, and node:crypto more.
  const builtinHash =
    !(globalThis as Platform).WebSocketPair &&
    (globalThis as Platform).process?.getBuiltinModule?.('node:crypto')?.hash
  if (builtinHash) return builtinHash('sha256', text, 'base64url')
  return crypto.subtle.digest('SHA-256', encoder.encode(text)).then(base64url)
}
