/** Combines what is stored with what a call changes: pure rules that every store follows. */
import type { Deadlines } from './session-lifetime.ts'

/**
 * Combines two pairs of deadlines: a renewal never shortens a session.
 *
 * @param stored The deadlines of the stored session.
 * @param renewed The deadlines that `renew` was called with. Other properties are ignored.
 * @returns Each deadline at the later of its two times, and nothing else.
 *
 * @example
 * laterDeadlines(
 *   { activePeriodExpiresAt: 10, idlePeriodExpiresAt: 20 },
 *   { activePeriodExpiresAt: 5, idlePeriodExpiresAt: 30 },
 * )
 * // { activePeriodExpiresAt: 10, idlePeriodExpiresAt: 30 }
 */
export function laterDeadlines(stored: Deadlines, renewed: Deadlines): Deadlines {
  return {
    activePeriodExpiresAt: Math.max(stored.activePeriodExpiresAt, renewed.activePeriodExpiresAt),
    idlePeriodExpiresAt: Math.max(stored.idlePeriodExpiresAt, renewed.idlePeriodExpiresAt),
  }
}

/**
 * Merges an update into stored attributes, one by one: a name that the update does not have stays,
 * and a name whose value is `undefined` is removed.
 *
 * @param stored The attributes of the stored record.
 * @param update The attributes that `update` or `updateUser` was called with.
 * @returns New attributes, none of them `undefined`. The values are not copied.
 *
 * @example
 * mergedAttributes({ name: 'Ada', note: 'old' }, { name: 'Ada L.', note: undefined })
 * // { name: 'Ada L.' }
 */
export function mergedAttributes<Attributes>(
  stored: Attributes,
  update: Partial<Attributes>,
): Attributes {
  return withoutUndefined({ ...stored, ...update })
}

/**
 * Removes attributes without a value. JSON omits them by itself; engines with a format of their own
 * would store the name.
 *
 * @param attributes The attributes that `insert` or `createUser` was called with.
 * @returns New attributes, none of them `undefined`. The values are not copied.
 *
 * @example
 * withoutUndefined({ name: 'Ada', note: undefined })
 * // { name: 'Ada' }
 */
export function withoutUndefined<Attributes>(attributes: Attributes): Attributes {
  const defined = Object.entries(attributes as object).filter(([, value]) => value !== undefined)
  return Object.fromEntries(defined) as Attributes
}

/**
 * Lists the attributes that an update removes. A store that sends an update as JSON needs their names
 * beside it: JSON omits `undefined`.
 *
 * @param update The attributes that `update` or `updateUser` was called with.
 * @returns The names whose value is `undefined`.
 *
 * @example
 * removedNames({ name: 'Ada L.', note: undefined })
 * // ['note']
 */
export function removedNames(update: object): string[] {
  return Object.entries(update).flatMap(([name, value]) => (value === undefined ? [name] : []))
}
