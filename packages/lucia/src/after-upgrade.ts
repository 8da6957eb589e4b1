/** The extension after the upgrade: Lucia's tokens open the sessions that took the place of Lucia's. */
import { AuthError, type Extension, type ExtensionSettings, type Store } from '@limen/core'
import { checkOption, isCount, shown } from '@limen/core/store-kit'
import type { LuciaDatabase } from './database.ts'
import { LIMIT_FORM, cookieNotRead } from './messages.ts'
import { type MovedSessions, movedSessions, withoutOverlap } from './moved-sessions.ts'
import { type OldTokens, luciaIds } from './old-tokens.ts'

/** The calls that the extension adds to `auth`. */
export interface LuciaCalls {
  /**
   * Moves the sessions of visitors who have not come since the upgrade. It can run while requests come,
   * and more than once.
   *
   * @param options `limit`: how many sessions at most. Default 1000.
   * @returns How many sessions were found in Lucia's table. 0: there is none left.
   */
  moveAll(options?: { readonly limit?: number | undefined }): Promise<number>
}

/** Admits visitors with Lucia's cookie or token. */
export function afterUpgrade(database: LuciaDatabase): Extension<{ readonly calls: LuciaCalls }> {
  return admitting(database, luciaIds, (moved, { store, now }) => ({
    store: {
      ...(store as Store<unknown, unknown>),
      // Every session that the list has can be revoked by its id.
      async listByUser(userId: string) {
        await moved.moveByUser(userId, now())
        return (store as Store<unknown, unknown>).listByUser(userId)
      },
    },

    calls: {
      async moveAll(options) {
        const { limit = 1000 } = options ?? {}
        checkOption(isCount(limit), 'moveAll(): limit', LIMIT_FORM, shown(limit))
        return moved.moveAll(now(), limit)
      },
    },
  }))
}

/** Admits visitors with an old cookie or token, and adds to the settings. */
export function admitting<Added extends object>(
  database: LuciaDatabase,
  tokens: OldTokens,
  add: (moved: MovedSessions, settings: ExtensionSettings) => Added,
): (settings: ExtensionSettings) => Added {
  const { call, cookieName } = database.tables
  const moved = movedSessions(database, tokens)
  return (settings: ExtensionSettings) => {
    const { adopt, admit, getSessionAttributes, now } = settings
    checkCookie(settings, call, cookieName)
    return {
      async adopt(...[token, request]: Parameters<NonNullable<typeof adopt>>) {
        return (await adopt?.(token, request)) ?? moved.tokenOf(token, now())
      },

      async admit(...[session, request, isAdopted]: Parameters<NonNullable<typeof admit>>) {
        if (admit && !(await admit(session, request, isAdopted))) return false
        // If this write fails, the next request repeats it.
        if (!isAdopted) await moved.tokenSeen(session, now()).catch(() => {})
        return true
      },

      ...(getSessionAttributes && {
        getSessionAttributes: (attributes: object) =>
          getSessionAttributes(withoutOverlap(attributes) as never),
      }),

      ...add(moved, settings),
    }
  }
}

function checkCookie({ cookies }: ExtensionSettings, call: string, name: string): void {
  const probe = 'probe'
  const search = cookies.find({ get: () => `${name}=${probe}` })
  const isRead =
    search.type === 'found' && search.candidates.some(({ values }) => values.includes(probe))
  if (!isRead) throw new AuthError('AUTH_CONFIG', cookieNotRead(call, name))
}
