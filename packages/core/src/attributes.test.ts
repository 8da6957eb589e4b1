/** A7: attributes that JSON cannot carry exactly are rejected before anything is stored. */
import { describe, expect, it } from 'vitest'
import { limen } from '@limen/core'
import { checkedAttributes, newAttributes } from './attributes.ts'
import { memoryStore } from './memory-store.ts'

const refused = expect.objectContaining({
  name: 'AuthError',
  code: 'AUTH_INVALID_ATTRIBUTES',
}) as Error

class Point {
  x = 1
}
class Money {
  toJSON() {
    return '1 EUR'
  }
}
class List extends Array<number> {}

const cyclic: { self?: unknown } = {}
cyclic.self = cyclic
const cyclicList: unknown[] = []
cyclicList.push([cyclicList])
const cyclicBare = Object.create(null) as { self?: unknown }
cyclicBare.self = cyclicBare
const sparse = Object.assign([1], { 2: 3 })
const sparseWithMore = Object.assign([1], { 2: 3, x: 1 })

const wrong: [what: string, value: unknown][] = [
  ['a bigint', 10n],
  ['NaN', Number.NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['-0, which JSON writes as 0', -0],
  ['a symbol', Symbol('x')],
  ['a function', () => 'x'],
  ['a class', Point],
  ['a Date', new Date(0)],
  ['an invalid Date', new Date(Number.NaN)],
  ['a Map', new Map([['a', 1]])],
  ['a Set', new Set([1])],
  ['a WeakMap', new WeakMap()],
  ['a RegExp', /x/],
  ['an Error', new Error('x')],
  ['a promise', Promise.resolve(1)],
  ['a URL', new URL('https://a.example')],
  ['bytes', new Uint8Array(2)],
  ['an ArrayBuffer', new ArrayBuffer(2)],
  ['a boxed string', new String('x')],
  ['a boxed number', new Number(1)],
  ['a boxed boolean', new Boolean(true)],
  ['a class instance', new Point()],
  ['an object with toJSON of its class', new Money()],
  ['an object that inherits', Object.create({ a: 1 })],
  ['an object with a symbol', { a: 1, [Symbol('x')]: 2 }],
  ['a bare object with a symbol', Object.assign(Object.create(null), { [Symbol('x')]: 2 })],
  ['an object with a hidden property', Object.defineProperty({}, 'a', { value: 1 })],
  ['an array with a property', Object.assign([1], { x: 1 })],
  ['an array with a symbol', Object.assign([1], { [Symbol('x')]: 1 })],
  ['an array with a hole', sparse],
  ['an array with a hole and a property', sparseWithMore],
  ['an array of holes', Object.assign([], { length: 3 })],
  ['undefined in an array', [1, undefined]],
  ['undefined in an object', { a: undefined }],
  ['an array buffer view in an object', { a: { b: [new Uint8Array(1)] } }],
  ['arguments', argumentsOf(1)],
  ['Math', Math],
  ['JSON', JSON],
  ['a cycle', cyclic],
  ['a cycle of arrays', cyclicList],
  ['a cycle without prototypes', cyclicBare],
  ['a high surrogate alone', '\ud800'],
  ['a low surrogate alone', 'a\udc00b'],
  ['surrogates in the wrong order', '\udc00\ud800'],
  ['a NUL', '\0'],
  ['a NUL inside a string', 'a\0b'],
  ['a name with a NUL', { 'role\0': 1 }],
  ['a name with a lone surrogate', { '\ud800': 1 }],
  ['a function in an array', [[() => 1]]],
  ['a Date deep inside', { a: [{ b: new Date(0) }] }],
  ['toJSON as a function', { toJSON: () => 1 }],
]

const right: [what: string, value: unknown][] = [
  ['null', null],
  ['true', true],
  ['false', false],
  ['0', 0],
  ['the largest number', Number.MAX_VALUE],
  ['the smallest number', Number.MIN_VALUE],
  ['a number above 2 ** 53', 2 ** 60],
  ['an empty string', ''],
  ['an emoji', '👩‍👩‍👧‍👦'],
  ['U+2028 and quotes', '\u2028\u2029"\'\\`'],
  ['control characters except NUL', '\u0001\u001f\u007f\u0085'],
  ['U+FFFF', '\uffff'],
  ['an empty array', []],
  ['an empty object', {}],
  ['nested plain values', { a: [1, 'b', null, { c: [[]] }] }],
  ['a name that is empty', { '': 1 }],
  ['a name __proto__', JSON.parse('{"__proto__":{"isAdmin":true}}')],
  ['names of Object.prototype', { constructor: 1, toString: 'x', hasOwnProperty: null }],
  ['a constructor that is a name', { constructor: { name: 'Date' } }],
  [
    'names with a meaning in SQL and JSON paths',
    { '$.a': 1, 'a"b': 2, "a'b": 3, 'a\\b': 4, '[0]': 5 },
  ],
  ['a long name', { ['n'.repeat(10_000)]: 1 }],
  ['toJSON that is not a function', { toJSON: 'x' }],
  ['a frozen object', Object.freeze({ a: Object.freeze([1]) })],
]

describe('A7: checkedAttributes()', () => {
  it.each(wrong)('rejects %s', (_, value) => {
    expect(() => checkedAttributes({ a: value })).toThrow(refused)
    expect(() => checkedAttributes({ a: [{ b: value }] })).toThrow(refused)
    expect(() => newAttributes({ fine: 1, a: value })).toThrow(refused)
  })

  it.each(right)('copies %s', (_, value) => {
    const given = { a: value, b: [value] }
    const copy = checkedAttributes(given) as typeof given
    expect(copy).toEqual(given)
    expect(JSON.parse(JSON.stringify(copy))).toEqual(copy)
    expect(Reflect.ownKeys(copy)).toEqual(['a', 'b'])
    if (typeof value === 'object' && value !== null) {
      expect(copy.a).not.toBe(value)
      expect(Reflect.ownKeys(copy.a as object)).toEqual(Reflect.ownKeys(value))
    }
  })

  it.each<[what: string, given: unknown]>([
    ['null', null],
    ['undefined', undefined],
    ['a text', 'a'],
    ['a number', 7],
    ['an array', [1]],
    ['an array of pairs', [['a', 1]]],
    ['a Map', new Map([['a', 1]])],
    ['a class instance', new Point()],
    ['FormData', new FormData()],
    ['URLSearchParams', new URLSearchParams('a=1')],
    ['Headers', new Headers({ a: '1' })],
    ['a promise', Promise.resolve({ a: 1 })],
    ['a function', () => ({ a: 1 })],
    ['a name with a NUL', { 'role\0': 'admin' }],
    ['a name with a lone surrogate', { 'role\udfff': 'admin' }],
    ['a symbol as a name', { [Symbol('role')]: 'admin' }],
    ['a hidden property', Object.defineProperty({}, 'role', { value: 'admin' })],
  ])('refuses %s in place of attributes', (_, given) => {
    expect(() => checkedAttributes(given)).toThrow(refused)
  })

  it('accepts 64 nested arrays or objects in an attribute, and rejects 65', () => {
    const arrays = (depth: number) => {
      let value: unknown = 'inside'
      for (let i = 0; i < depth; i++) value = [value]
      return value
    }
    const objects = (depth: number) => {
      let value: unknown = 'inside'
      for (let i = 0; i < depth; i++) value = { v: value }
      return value
    }
    for (const nested of [arrays, objects]) {
      expect(checkedAttributes({ a: nested(64) })).toEqual({ a: nested(64) })
      expect(() => checkedAttributes({ a: nested(65) })).toThrow(refused)
      expect(() => checkedAttributes({ a: nested(1001) })).toThrow(refused)
      expect(() => checkedAttributes({ a: nested(200_000) })).toThrow(refused)
    }
  })

  it('accepts the same object twice, which is not a cycle', () => {
    const shared = { x: 1 }
    const copy = checkedAttributes({ a: shared, b: [shared, shared] }) as Record<string, unknown>
    expect(copy).toEqual({ a: { x: 1 }, b: [{ x: 1 }, { x: 1 }] })
    expect(copy['a']).not.toBe((copy['b'] as unknown[])[0])
  })

  it('accepts an object without prototype, and returns one with', () => {
    const bare = Object.assign(Object.create(null) as object, { a: 1 })
    const copy = checkedAttributes({ x: bare }) as { x: object }
    expect(copy).toEqual({ x: { a: 1 } })
    expect(Object.getPrototypeOf(copy.x)).toBe(Object.prototype)
    expect(checkedAttributes(bare)).toEqual({ a: 1 })
  })

  it('stores the name __proto__ without setting a prototype', () => {
    const given = JSON.parse('{"__proto__":{"isAdmin":true},"a":{"__proto__":[1]}}') as object
    const copy = checkedAttributes(given) as { a: object; isAdmin?: true }
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype)
    expect(Object.getPrototypeOf(copy.a)).toBe(Object.prototype)
    expect(copy.isAdmin).toBeUndefined()
    expect(JSON.stringify(copy)).toBe(JSON.stringify(given))
  })

  it('accepts an array of a subclass', () => {
    const copy = checkedAttributes({ a: List.from([1, 2]) }) as { a: number[] }
    expect(copy.a).toEqual([1, 2])
    expect(Object.getPrototypeOf(copy.a)).toBe(Array.prototype)
  })

  it('reads a getter once, and stores its result', () => {
    let reads = 0
    const given = {
      get a() {
        return ++reads
      },
      deep: {
        get b() {
          return { c: ++reads }
        },
      },
    }
    const copy = checkedAttributes(given)
    expect(reads).toBe(2)
    expect(copy).toEqual({ a: 1, deep: { b: { c: 2 } } })
    expect(Object.getOwnPropertyDescriptor(copy, 'a')).toHaveProperty('value', 1)
  })

  it('accepts plain values of another realm, and rejects its classes', () => {
    const vm = otherRealm()
    if (!vm) return
    const given = vm('({ a: { b: [1, { c: null }] } })') as object
    expect(checkedAttributes(given)).toEqual({ a: { b: [1, { c: null }] } })
    for (const code of ['new Date(0)', 'new Map()', 'new (class A {})()', '[,1]', '() => 1']) {
      expect(() => checkedAttributes({ a: vm(code) }), code).toThrow(refused)
    }
  })

  it.each<[given: object, path: string]>([
    [{ a: new Date(0) }, 'attributes.a '],
    [{ ok: 1, list: [0, { when: new Date(0) }] }, 'attributes.list.1.when '],
    [{ list: [1, undefined] }, 'attributes.list.1 '],
    [{ '': 1n }, 'attributes."" '],
    [{ $a_1: 1n }, 'attributes.$a_1 '],
    [{ 'a.b': { c: 1n } }, 'attributes."a.b".c '],
    [{ '\n': 1n }, 'attributes."\\n" '],
    [{ ['b'.repeat(80)]: 1n }, `attributes.${'b'.repeat(80)} `],
    [{ ['b'.repeat(81)]: 1n }, `attributes."${'b'.repeat(80)}…" `],
    [{ deep: { er: Number.NaN } }, 'attributes.deep.er '],
  ])('names the path in its message: %#', (given, path) => {
    expect(() => checkedAttributes(given)).toThrow(path)
  })

  it('P3: has no value of an attribute in its message', () => {
    const secret = 'correct horse'
    const values: unknown[] = [
      `${secret}\0`,
      `${secret}\ud800`,
      { constructor: { name: secret }, [Symbol('x')]: 1 },
      { toString: () => secret },
      Object.assign(() => secret, { secret }),
      Symbol(secret),
    ]
    for (const value of values) {
      try {
        checkedAttributes({ a: value })
        expect.unreachable()
      } catch (error) {
        expect(error).toEqual(refused)
        expect((error as Error).message).not.toContain(secret)
      }
    }
  })
})

describe('A7: undefined', () => {
  it('stays at the top level of an update, and is removed from a new record', () => {
    expect(checkedAttributes({ a: undefined, b: 1 })).toHaveProperty('a', undefined)
    expect(Object.keys(checkedAttributes({ a: undefined, b: 1 }))).toEqual(['a', 'b'])
    expect(Object.keys(newAttributes({ a: undefined, b: null }))).toEqual(['b'])
  })
})

function argumentsOf(..._values: unknown[]): unknown {
  return arguments
}

/** An app whose attributes can have any type, and which shows all of them. */
function openApp() {
  const plain = memoryStore<Record<string, unknown>, Record<string, unknown>>()
  const calls: string[] = []
  const store = new Proxy(plain, {
    get(target, name, receiver) {
      calls.push(String(name))
      return Reflect.get(target, name, receiver) as unknown
    },
  })
  const auth = limen({
    store,
    getUserAttributes: (all) => ({ all }),
    getSessionAttributes: (all) => ({ all }),
  })
  return { auth, calls }
}

describe('A7: attributes through auth', () => {
  it.each(wrong)('%s is rejected before the store is called', async (_, value) => {
    const { auth, calls } = openApp()
    const { userId } = await auth.createUser({ attributes: {} })
    const { sessionId } = await auth.createSession({ userId, attributes: {} })
    calls.length = 0
    const attributes = { a: value }
    for (const act of [
      () => auth.createUser({ attributes }),
      () => auth.createSession({ userId, attributes }),
      () => auth.updateUserAttributes(userId, attributes),
      () => auth.updateSessionAttributes(sessionId, attributes),
    ]) {
      await expect(act()).rejects.toThrow(refused)
    }
    expect(calls).toEqual([])
    expect(await auth.getUser(userId)).toEqual({ userId, all: {} })
  })

  it.each([null, 7, 'a', [], new Date(0), new Map()])(
    '%s in place of the attributes is refused',
    async (attributes) => {
      const { auth } = openApp()
      const { userId } = await auth.createUser({ attributes: {} })
      const { sessionId } = await auth.createSession({ userId, attributes: {} })
      for (const act of [
        () => auth.createUser({ attributes: attributes as never }),
        () => auth.createSession({ userId, attributes: attributes as never }),
        () => auth.updateUserAttributes(userId, attributes as never),
        () => auth.updateSessionAttributes(sessionId, attributes as never),
      ]) {
        await expect(act()).rejects.toThrow(refused)
      }
    },
  )

  it.each(right)('%s: every call returns what the next read returns', async (_, value) => {
    const { auth } = openApp()
    const user = await auth.createUser({
      userId: 'ada',
      attributes: { a: value, removed: undefined },
    })
    expect(user).toEqual({ userId: 'ada', all: { a: value } })
    expect(await auth.getUser('ada')).toEqual(user)
    const session = await auth.createSession({
      userId: 'ada',
      attributes: { a: value, removed: undefined },
    })
    expect(session.all).toEqual({ a: value })
    expect(Object.keys(session.all)).toEqual(['a'])
    expect((await auth.getSession(session.sessionId))?.all).toEqual(session.all)

    const updated = await auth.updateUserAttributes('ada', { b: value, a: undefined })
    expect(updated.all).toEqual({ b: value })
    expect(Object.keys(updated.all)).toEqual(['b'])
    expect(await auth.getUser('ada')).toEqual(updated)
    const { sessionId } = session
    const changed = await auth.updateSessionAttributes(sessionId, { b: value, a: undefined })
    expect(Object.keys(changed.all)).toEqual(['b'])
    expect(changed.all).toEqual({ b: value })
    expect((await auth.getSession(sessionId))?.all).toEqual(changed.all)
  })

  it('an object that the app changes after a call does not change the stored data', async () => {
    const { auth } = openApp()
    const attributes = { list: [1], deep: { a: 1 } }
    const creating = auth.createUser({ userId: 'ada', attributes })
    attributes.list.push(2)
    attributes.deep.a = 2
    await creating
    expect((await auth.getUser('ada'))?.all).toEqual({ list: [1], deep: { a: 1 } })

    const update = { list: [3] }
    const updating = auth.updateUserAttributes('ada', update)
    update.list.push(4)
    expect((await updating).all).toEqual({ list: [3], deep: { a: 1 } })
  })

  it('getUserAttributes cannot change the stored data', async () => {
    const auth = limen({
      store: memoryStore<{ list: number[] }>(),
      getUserAttributes: ({ list }) => ({
        count: Object.isFrozen(list) ? list.length : list.push(0),
      }),
    })
    await auth.createUser({ userId: 'ada', attributes: { list: [1, 2] } })
    expect(await auth.getUser('ada')).toEqual({ userId: 'ada', count: 2 })
  })
})

/** Runs code in another realm, if the runtime has one. */
function otherRealm(): ((code: string) => unknown) | null {
  // Bun does not return from runInNewContext().
  if ('Bun' in globalThis) return null
  try {
    const vm = globalThis.process.getBuiltinModule('node:vm')
    vm.runInNewContext('1')
    return (code) => vm.runInNewContext(code) as unknown
  } catch {
    return null
  }
}
