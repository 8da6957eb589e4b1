/** How an engine writes the ids of a SQL type. */
import type { SqlDialect } from './driver.ts'

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
 * Whether an engine gives an id back as it was given: `'01'` in a `bigint` would be `'1'`. No other
 * id may reach the engine: PostgreSQL rejects one that it cannot read, instead of finding no user.
 *
 * @param idType The SQL type of the column. Of one that is no integer and no `uuid` nothing is known.
 */
export function isAsWritten(dialect: SqlDialect, idType: string | undefined, id: string): boolean {
  if (idType === undefined) return true
  if (UUID.test(idType)) return CANONICAL_UUID.test(id)
  const [isInteger, size, bytes] = INTEGER.exec(idType) ?? []
  if (isInteger === undefined) return true
  if (!CANONICAL_INTEGER.test(id)) return false
  const number = BigInt(id)
  // SQLite has integers of one size, whatever they are called.
  const bits = dialect === 'sqlite' ? 64 : (BITS[(size ?? bytes ?? '').toLowerCase()] ?? 32)
  return /unsigned/i.test(idType)
    ? BigInt.asUintN(bits, number) === number
    : BigInt.asIntN(bits, number) === number
}
