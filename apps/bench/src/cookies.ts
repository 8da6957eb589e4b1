/** Creates session cookies in every state, with a library's own calls. */
import { type Opened, ageOf, forged } from './subject.ts'

interface CookieCalls {
  /** Creates a session and returns its `Set-Cookie` header. */
  readonly signIn: () => Promise<string>
  /** Revokes a session by the value of its cookie; absent where nothing is stored. */
  readonly revoke?: (value: string) => unknown
  readonly malformed?: string
  /** Changes a cookie so that its secret or its signature is wrong. */
  readonly forge?: (cookie: string) => string
}

export function cookiesOf(calls: CookieCalls): Opened['cookie'] {
  const { signIn, revoke, malformed = 'malformed', forge = forged } = calls
  return async (state) => {
    const cookie = (await inThePast(ageOf(state), signIn)).split(';')[0]!
    const [name, ...value] = cookie.split('=') as [string, ...string[]]
    if (state === 'revoked' || state === 'unknown') await revoke?.(value.join('='))
    if (state === 'malformed') return `${name}=${malformed}`
    return state === 'forged' ? forge(cookie) : cookie
  }
}

/** Runs `make` with JavaScript's clock set back by `age`. Nothing else may run at the same time. */
export async function inThePast<Made>(age: number, make: () => Promise<Made>): Promise<Made> {
  const Today = globalThis.Date
  globalThis.Date = class extends Today {
    constructor(...given: unknown[]) {
      super(...((given.length > 0 ? given : [Today.now() - age]) as [number]))
    }
    static override now(): number {
      return Today.now() - age
    }
  } as DateConstructor
  try {
    return await make()
  } finally {
    globalThis.Date = Today
  }
}
