import { describe, expect, it } from 'vitest'
import { isAuthError } from '@limen/core'
import { firstLineOf, recordTooLarge, storeFailure } from '@limen/core/store-kit'

describe('storeFailure()', () => {
  const cause = new Error('from the engine')
  it.each([
    ['Engine: row too big', 'AUTH_RECORD_TOO_LARGE'],
    ['Engine: no such table', 'AUTH_STORE_REJECTED'],
    ['Engine: no such table, row too big', 'AUTH_RECORD_TOO_LARGE'],
    ['Engine: connection lost', 'AUTH_STORE_UNAVAILABLE'],
    ['', 'AUTH_STORE_UNAVAILABLE'],
  ])('gives "%s" the code %s, its message and its cause', (message, code) => {
    const error = storeFailure(message, /too big/, /no such/, cause)
    expect(error).toMatchObject({ code, message, cause })
    expect(isAuthError(error)).toBe(true)
  })
})

describe('recordTooLarge()', () => {
  it('has a message with the engine and its limit', () => {
    const error = recordTooLarge('Deno KV', '64 KiB')
    expect(error.code).toBe('AUTH_RECORD_TOO_LARGE')
    expect(error.message).toBe(
      'Deno KV: the attributes are too large: a record can have at most 64 KiB',
    )
    expect(error).not.toHaveProperty('cause')
  })

  it('has the cause that it was given', () => {
    const cause = new TypeError('Value too large')
    expect(recordTooLarge('Deno KV', '64 KiB', cause).cause).toBe(cause)
  })
})

describe('firstLineOf()', () => {
  it.each([
    [new Error('one line'), 'one line'],
    [new Error('first\nsecond\nthird'), 'first'],
    [{ message: 'structurally typed\n' }, 'structurally typed'],
    [new Error(''), ''],
    ['a string\nwith two lines', 'a string'],
    [undefined, 'undefined'],
    [null, 'null'],
    [7, '7'],
  ])('of %o is "%s"', (cause, line) => {
    expect(firstLineOf(cause)).toBe(line)
  })
})
