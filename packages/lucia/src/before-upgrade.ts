/** The extension before the upgrade: Lucia's tokens, and events without them. */
import { AuthError, type Extension, type ExtensionSettings } from '@limen/core'
import { sha256 } from '@limen/core/store-kit'
import { luciaTokens } from './lucia-token.ts'
import { cookieRenamed } from './messages.ts'
import type { LuciaTables } from './tables.ts'

/** The properties of events that contain the id of a session. */
const IDS = ['sessionId', 'replaced', 'except'] as const

/** An event with ids of sessions. */
type EventWithIds = Readonly<Partial<Record<(typeof IDS)[number], string | undefined>>>

/** Reads and creates Lucia's tokens. */
export function beforeUpgrade({ call, cookieName }: LuciaTables): Extension {
  return ({ cookies, onEvent }: ExtensionSettings) => {
    const { name } = cookies.make('', 0)
    if (name !== cookieName) {
      throw new AuthError('AUTH_CONFIG', cookieRenamed(call, cookieName, name))
    }
    return {
      tokens: luciaTokens,
      onEvent: async (event: EventWithIds) => onEvent((await withHashes(event)) as never),
    }
  }
}

/** Replaces the ids of sessions, which are tokens, by their hashes. */
async function withHashes(event: EventWithIds): Promise<EventWithIds> {
  const given = IDS.flatMap((name) =>
    event[name] === undefined ? [] : [[name, event[name]] as const],
  )
  const hashed = await Promise.all(
    given.map(async ([name, id]) => [name, await sha256(id)] as const),
  )
  return { ...event, ...Object.fromEntries(hashed) }
}
