/** What a test provides: an engine that can be opened empty, with any number of clients. */
import type { AnyCaseStore } from './store-case.ts'

/** Wraps a client of an engine, so that the suite decides when each of its answers arrives. */
export type Pace = <Client extends object>(client: Client) => Client

/** One empty engine. */
export interface Engine {
  /**
   * Creates a store over the data of this engine. Called once for each client of a case.
   *
   * @param pace Wrap the store's client with it (`kvStore(pace(env.KV))`): the suite then interleaves
   * the store's calls at every await, and loses answers. It can be left out where the clients of an
   * engine race by themselves, or never wait.
   */
  connect(pace: Pace): AnyCaseStore | Promise<AnyCaseStore>
  /** Closes it and deletes its data. */
  close?(): unknown
}

/** A store to be certified. */
export interface Subject {
  /** Opens an empty engine, once for each case. */
  open(): Engine | Promise<Engine>
  /** The cases that the store does not pass: their names, each with a reason. */
  readonly knownExceptions?: Readonly<Record<string, string>>
}

/** Returns a client as it is. */
export const unpaced: Pace = (client) => client

/**
 * Creates a {@link Pace} from a turn: each call that returns a promise is made at once, and its answer
 * is delivered when the turn is over. A turn that rejects is an answer that was lost.
 *
 * @param turn Waits until the answer of the named call can arrive.
 */
export function paceOf(turn: (call: string) => Promise<void>): Pace {
  const originals = new WeakMap<object, object>()
  return wrap

  function wrap<Client extends object>(client: Client): Client {
    const wrapped = new Proxy(client, {
      get(target, key) {
        const member: unknown = Reflect.get(target, key, target)
        if (typeof member !== 'function') return member
        return (...args: unknown[]) => {
          const answer: unknown = Reflect.apply(member, target, args.map(unwrapped))
          return answer instanceof Promise ? late(String(key), answer) : wrappedIfClient(answer)
        }
      },
    })
    originals.set(wrapped, client)
    return wrapped
  }

  async function late(call: string, answer: Promise<unknown>): Promise<unknown> {
    await answer.catch(() => {})
    await turn(call)
    return wrappedIfClient(await answer)
  }

  function wrappedIfClient(value: unknown): unknown {
    return isClient(value) ? wrap(value) : value
  }

  function unwrapped(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(unwrapped)
    return originals.get(value as object) ?? value
  }
}

/** Whether a value has methods, as a prepared statement or a transaction has. */
function isClient(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value) || ArrayBuffer.isView(value) || value instanceof Date) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  const isPlain = prototype === Object.prototype || prototype === null
  return !isPlain || Object.values(value).some((member) => typeof member === 'function')
}
