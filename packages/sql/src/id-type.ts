/** How an engine writes the ids of a SQL type. */

const INTEGER = /^(tiny|small|medium|big)?int(eger)?\b|^int[248]\b/i
const CANONICAL_INTEGER = /^(0|-?[1-9]\d{0,19})$/
const UUID = /^uuid\b/i
const CANONICAL_UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/

/**
 * Whether an engine gives an id back as it was given: `'01'` in a `bigint` would be `'1'`.
 *
 * @param idType The SQL type of the column. Of one that is no integer and no `uuid` nothing is known.
 */
export function isAsWritten(idType: string | undefined, id: string): boolean {
  if (idType === undefined) return true
  if (UUID.test(idType)) return CANONICAL_UUID.test(id)
  if (!INTEGER.test(idType)) return true
  if (!CANONICAL_INTEGER.test(id)) return false
  const number = BigInt(id)
  return /unsigned/i.test(idType)
    ? BigInt.asUintN(64, number) === number
    : BigInt.asIntN(64, number) === number
}
