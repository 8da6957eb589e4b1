/** Replaces single calls of a store, for extensions that wrap one. */

/**
 * Returns a store with some of its calls replaced. The others stay methods of the store itself, as a
 * store can be an object of a class with private fields.
 *
 * @param store The store. It is not changed.
 * @param calls The calls that take the place of its own.
 */
export function withCalls<Store extends object>(store: Store, calls: object): Store {
  return new Proxy(store, {
    get(target, name) {
      if (Object.hasOwn(calls, name)) return Reflect.get(calls, name) as unknown
      const member: unknown = Reflect.get(target, name)
      return typeof member === 'function' ? (member.bind(target) as unknown) : member
    },
  })
}
