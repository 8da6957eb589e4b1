/** A store, or a binding under one, that cannot be reached. */

/**
 * Makes every call of a store, or of a binding such as `env.DB`, fail as in an outage: its methods can
 * be called, and whatever they return rejects when it is awaited. Properties that are not methods, such
 * as `traits`, stay.
 *
 * @param service The store or binding.
 * @param isDown Whether calls fail now. Default: always.
 * @returns The same, but failing.
 *
 * @example
 * const auth = limen({ store: withOutage(memoryStore()) })
 * await auth.createUser({}).catch(({ code }) => code)
 * // 'AUTH_STORE_UNAVAILABLE'
 */
export function withOutage<Service extends object>(
  service: Service,
  isDown: () => boolean = () => true,
): Service {
  return new Proxy(service, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      return isDown() ? unavailable : value.bind(target)
    },
  })
}

/** A rejected promise on which calls can be chained: `db.prepare(sql).bind(1).all()`. */
function unavailable(): unknown {
  const rejected = Promise.reject(new Error('withOutage(): the service is unavailable'))
  // Of a chain, only the last promise is awaited.
  rejected.catch(() => {})
  return new Proxy(rejected, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (value === undefined) return unavailable
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
