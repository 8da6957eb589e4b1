/** Calls of a client that has one connection. */

/**
 * Returns a function that starts each call when the one before has ended: on one connection, a
 * statement that another call sends during a transaction would become part of it.
 */
export function inTurn(): <Result>(call: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve()
  return (call) => {
    const result = last.then(call)
    last = result.catch(() => {})
    return result
  }
}
