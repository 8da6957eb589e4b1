/** Calls Durable Objects by name: the options of their creation, and the codes of their failures. */
import { checkCallOptions, firstLineOf, storeFailure } from '@limen/core/store-kit'
import { checkBinding } from './check.ts'
import { OBJECT_BINDING, durableObject, regionForm, wrongClass } from './messages.ts'
import type { LocationHint, ObjectNamespace } from './sessions-object.ts'

const REGIONS: readonly LocationHint[] = [
  'wnam',
  'enam',
  'sam',
  'weur',
  'eeur',
  'apac',
  'apac-ne',
  'apac-se',
  'oc',
  'afr',
  'me',
]
const TOO_LARGE = /SQLITE_TOOBIG|limited to 32MiB/
const NEVER = /^$/
const REJECTED = /SQLITE_(ERROR|CONSTRAINT)|SQL is not enabled|does not implement/

/** Where new objects are created. */
export interface DurableObjectStoreOptions {
  /**
   * The region of new objects. An object does not move later. Default: near the request that creates
   * the object.
   */
  readonly locationHint?: LocationHint | undefined
}

/** Calls the object with a name. */
export type CallObject<AnyObject> = <Answer>(
  name: string,
  send: (object: AnyObject) => Promise<Answer>,
) => Promise<Answer>

/**
 * Returns the function that calls the objects of a binding.
 *
 * @param store The function that was given the binding, for messages.
 * @throws {AuthError} `AUTH_CONFIG` when it is given another binding, or an option that does not fit.
 */
export function objectClient<AnyObject>(
  store: string,
  namespace: ObjectNamespace<AnyObject>,
  options: DurableObjectStoreOptions | undefined,
): CallObject<AnyObject> {
  checkBinding(store, OBJECT_BINDING, namespace, 'idFromName', 'get')
  const { locationHint } = checkCallOptions(store, options, {
    locationHint: [(hint) => REGIONS.includes(hint as LocationHint), regionForm(REGIONS)],
  })

  return async (name, send) => {
    try {
      const objectId = namespace.idFromName(name)
      // A stub that has failed stays broken: each call creates a new one.
      return await send(namespace.get(objectId, locationHint && { locationHint }))
    } catch (cause) {
      throw failed(cause)
    }
  }
}

/** Creates the error to throw. The cause comes from another isolate: its class is lost, and its name and code can be. */
function failed(cause: unknown): unknown {
  const { name, code, retryable, overloaded } = Object(cause) as Partial<
    Record<'name' | 'code' | 'retryable' | 'overloaded', unknown>
  >
  if (name === 'AuthError' && code) return cause
  const line = firstLineOf(cause)
  const isTransient = retryable === true || overloaded === true
  return storeFailure(
    durableObject(/does not implement/.test(line) ? wrongClass(line) : line),
    TOO_LARGE,
    isTransient ? NEVER : REJECTED,
    cause,
  )
}
