import { describe, expect, it } from 'vitest'
import {
  checkCallOptions,
  checkClient,
  hasMethod,
  kindOf,
  wholeNumber,
} from '@limen/core/store-kit'

const config = (message: string) => expect.objectContaining({ code: 'AUTH_CONFIG', message })

describe('A4: checkCallOptions()', () => {
  const rules = { ttl: wholeNumber('seconds', 30, 60) }
  const check = (given: unknown) => () => checkCallOptions('someStore', given as object, rules)

  it.each([[undefined], [{}], [{ ttl: undefined }], [{ ttl: 30 }], [{ ttl: 60 }]])(
    'accepts %o',
    (given) => {
      expect(check(given)).not.toThrow()
    },
  )

  const refused: [given: unknown, message: string][] = [
    [null, 'someStore(): options must be an object (got null)'],
    ['secret', 'someStore(): options must be an object (got a string)'],
    [30, 'someStore(): options must be an object (got 30)'],
    [[30], 'someStore(): options must be an object (got an array)'],
    [() => ({}), 'someStore(): options must be an object (got a function)'],
    [{ ttl: 29 }, 'someStore(): ttl must be a whole number of seconds from 30 to 60 (got 29)'],
    [{ ttl: 61 }, 'someStore(): ttl must be a whole number of seconds from 30 to 60 (got 61)'],
    [{ ttl: 30.5 }, 'someStore(): ttl must be a whole number of seconds from 30 to 60 (got 30.5)'],
    [{ ttl: '30' }, 'someStore(): ttl must be a whole number of seconds from 30 to 60 (got "30")'],
    [{ ttl: null }, 'someStore(): ttl must be a whole number of seconds from 30 to 60 (got null)'],
    [{ TTL: 30 }, 'someStore(): TTL is not an option. The options are: ttl'],
  ]
  it.each(refused)('rejects %o', (given, message) => {
    expect(check(given)).toThrow(config(message))
  })

  it('returns what it has checked, and reads each option once', () => {
    let reads = 0
    const given = {
      get ttl() {
        return 30 + 1000 * reads++
      },
    }
    expect(checkCallOptions('someStore', given, rules)).toEqual({ ttl: 30 })
    expect(reads).toBe(1)
    expect(checkCallOptions('someStore', undefined, rules)).toEqual({})
  })
})

describe('A6: checkClient()', () => {
  class Client {
    get(): void {}
    put(): void {}
  }

  it('accepts a client that has every method, also one of a class', () => {
    for (const client of [new Client(), { get() {}, put() {}, more: 1 }]) {
      expect(() => checkClient('someStore', 'a client', client, ['get', 'put'])).not.toThrow()
    }
  })

  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    ['redis://:password@localhost', 'a string'],
    [{ get() {} }, 'an object'],
    [{ get: 1, put: 1 }, 'an object'],
    [new Map(), 'an object of the class Map'],
    [Promise.resolve(new Client()), 'a promise: await it first'],
  ])('rejects %o, and shows no string', (client, kind) => {
    const check = () => checkClient('someStore', 'a client', client, ['get', 'put'])
    expect(check).toThrow(config(`someStore() needs a client (got ${kind})`))
  })

  it('describes what was passed as the caller wants', () => {
    const check = () => checkClient('someStore', 'a client', {}, ['get'], () => 'another client')
    expect(check).toThrow(config('someStore() needs a client (got another client)'))
  })
})

describe('kindOf()', () => {
  it.each([
    ['secret', 'a string'],
    [Symbol('secret'), 'a symbol'],
    [() => 'secret', 'a function'],
    [['secret'], 'an array'],
    [{ secret: 1 }, 'an object'],
    [Object.create(null), 'an object'],
    [{ constructor: 'secret' }, 'an object'],
    [new Date(), 'an object of the class Date'],
    [7n, '7'],
    [true, 'true'],
    [Number.NaN, 'NaN'],
  ])('describes value %#', (value, kind) => {
    expect(kindOf(value)).toBe(kind)
  })
})

describe('hasMethod()', () => {
  it.each([undefined, null, 7, 'text', {}, { get: 1 }])('is false for %o', (value) => {
    expect(hasMethod(value, 'get')).toBe(false)
  })

  it('is true for an own and an inherited method', () => {
    expect([hasMethod({ get() {} }, 'get'), hasMethod(new Map(), 'get')]).toEqual([true, true])
  })
})
