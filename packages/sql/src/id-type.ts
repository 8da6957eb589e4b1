/** The canonical form of ids, by the SQL type of their column. */
import type { Dialect } from './dialects/dialect.ts'

const INTEGER = /^(tiny|small|medium|big)?int(?:eger)?\b|^int([248])\b/i
const CANONICAL_INTEGER = /^(0|-?[1-9]\d{0,19})$/
const UUID = /^uuid\b/i
const CANONICAL_UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/
const BITS: Readonly<Record<string, number>> = {
  tiny: 8,
  small: 16,
  medium: 24,
  big: 64,
  2: 16,
  4: 32,
  8: 64,
}

/**
 * Whether an id is in the engine's canonical form, so that the engine returns it as it was written:
 * `'01'` in a `bigint` would come back as `'1'`. No other id must reach the engine: PostgreSQL rejects
 * an id that it cannot read, where it should find no user.
 *
 * @param idType The SQL type of the column. Every id is canonical, unless it is an integer or `uuid`.
 */
export function isCanonicalId(dialect: Dialect, idType: string | undefined, id: string): boolean {
  if (idType === undefined) return true
  if (UUID.test(idType)) return CANONICAL_UUID.test(id)
  const [isInteger, size, bytes] = INTEGER.exec(idType) ?? []
  if (isInteger === undefined) return true
  if (!CANONICAL_INTEGER.test(id)) return false
  const number = BigInt(id)
  const bits = dialect.columns.integerBits ?? BITS[(size ?? bytes ?? '').toLowerCase()] ?? 32
  return /unsigned/i.test(idType)
    ? BigInt.asUintN(bits, number) === number
    : BigInt.asIntN(bits, number) === number
}

/** An id of such a type, for a message. */
export function exampleOf(idType: string): string {
  return UUID.test(idType) ? 'crypto.randomUUID()' : "'42'"
}
