/**
 * Checks passwords against the scrypt hashes that Lucia, Oslo and lucia-auth wrote, on Node, Deno, Bun
 * and, with `nodejs_compat`, Workers.
 *
 * @module
 */
export { needsRehash, verifyLuciaPassword } from './verify-password.ts'
