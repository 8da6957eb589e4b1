/** The exact text of every message in a package's catalogue, as data for any test runner. */
import { equal, holds } from './expect.ts'

/** A message as it is thrown, and a call that throws or rejects with it. */
export type MessageCase = readonly [text: string, act: () => unknown]

/** The code and the cases of every message: the type requires each name of the catalogue. */
export type MessageTable<Catalogue> = {
  readonly [Name in keyof Catalogue]: readonly [
    code: string,
    first: MessageCase,
    ...others: MessageCase[],
  ]
}

/**
 * Lists the cases of each message: the call must fail with its code and its exact text.
 *
 * @param catalogue The module of the package's messages: `import * as catalogue from './messages.ts'`.
 * @param table The cases of each message. The code of an error without one is its name.
 * @returns The cases.
 *
 * @example
 * const catalogue = { KV_BINDING: 'a KV binding such as env.SESSIONS' }
 * const text = 'kvStore() needs a KV binding such as env.SESSIONS (got null)'
 * messageSuite(catalogue, { KV_BINDING: ['AUTH_CONFIG', [text, () => kvStore(null)]] })
 */
export function messageSuite<Catalogue extends object>(
  catalogue: Catalogue,
  table: MessageTable<Catalogue>,
): readonly { readonly name: string; readonly run: () => Promise<void> }[] {
  const names = Object.keys(table) as (keyof Catalogue & string)[]
  return names.flatMap((name) => {
    const [code, ...cases] = table[name]
    return cases.map(([text, act]) => ({ name: `${code}: ${text}`, run: () => check(text, act) }))

    async function check(text: string, act: () => unknown): Promise<void> {
      const { code: thrown, name: kind, message } = await failureOf(act)
      equal({ code: thrown ?? kind, message }, { code, message: text }, name)
      const form = catalogue[name]
      if (typeof form === 'string')
        holds(text.includes(form), `the message does not contain ${name}`)
    }
  })
}

async function failureOf(act: () => unknown): Promise<Partial<Error & { readonly code: string }>> {
  try {
    await act()
  } catch (error) {
    return error as Error
  }
  return {}
}
