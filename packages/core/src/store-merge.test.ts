import { describe, expect, it } from 'vitest'
import {
  laterDeadlines,
  mergedAttributes,
  removedNames,
  withoutUndefined,
} from '@limen/core/store-kit'

const pair = (activePeriodExpiresAt: number, idlePeriodExpiresAt: number) => ({
  activePeriodExpiresAt,
  idlePeriodExpiresAt,
})

describe('laterDeadlines()', () => {
  it.each([
    [pair(10, 20), pair(11, 21), pair(11, 21)],
    [pair(10, 20), pair(9, 19), pair(10, 20)],
    [pair(10, 20), pair(5, 30), pair(10, 30)],
    [pair(10, 20), pair(15, 5), pair(15, 20)],
    [pair(10, 20), pair(10, 20), pair(10, 20)],
  ])('P7: of %o and %o it returns %o', (stored, renewed, later) => {
    expect(laterDeadlines(stored, renewed)).toEqual(later)
  })

  it('returns no other property of a record', () => {
    expect(Object.keys(laterDeadlines({ ...pair(1, 2), id: 'a' } as never, pair(3, 4)))).toEqual([
      'activePeriodExpiresAt',
      'idlePeriodExpiresAt',
    ])
  })
})

describe('mergedAttributes()', () => {
  type Update = Record<string, unknown>
  const cases: [stored: Update, update: Update, merged: Update][] = [
    [{ a: 1 }, { b: 2 }, { a: 1, b: 2 }],
    [{ a: 1 }, { a: 2 }, { a: 2 }],
    [{ a: 1, b: 2 }, { a: undefined }, { b: 2 }],
    [{ a: 1 }, { b: undefined }, { a: 1 }],
    [{ a: 1 }, { a: null }, { a: null }],
    [{ a: { b: 1 } }, { a: { c: 2 } }, { a: { c: 2 } }],
    [{ a: 1 }, {}, { a: 1 }],
    [{}, { constructor: 1 }, { constructor: 1 }],
  ]
  it.each(cases)('merges into %o the update %o: %o', (stored, update, merged) => {
    const before = structuredClone(stored)
    expect(mergedAttributes(stored, update)).toStrictEqual(merged)
    expect(stored, 'the stored attributes are not changed').toEqual(before)
  })

  it('stores an attribute named __proto__, and does not set the prototype', () => {
    const update = JSON.parse('{"__proto__":{"admin":true}}') as object
    const merged = mergedAttributes({ name: 'Ada' }, update)
    expect(Object.keys(merged)).toEqual(['name', '__proto__'])
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype)
  })
})

describe('withoutUndefined() and removedNames()', () => {
  const attributes = { a: undefined, b: null, c: 0, d: '', e: false, f: undefined }
  it('separate the attributes that have a value from those that have none', () => {
    expect(withoutUndefined(attributes)).toStrictEqual({ b: null, c: 0, d: '', e: false })
    expect(removedNames(attributes)).toEqual(['a', 'f'])
  })

  it('accept attributes that are empty', () => {
    expect(withoutUndefined({})).toEqual({})
    expect(removedNames({})).toEqual([])
  })
})
