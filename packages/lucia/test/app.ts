/** An app over the tables of Lucia. */
import { type AuthEvent, limen } from '@limen/core'
import { luciaV2, luciaV3 } from '../src/index.ts'
import { type AppSession, type AppUser, type Database, columns } from './engines.ts'

/** What the tests change in the configuration. */
export interface AppOptions {
  /** By how many milliseconds the app's clock is ahead of Lucia's. */
  readonly clock?: { ahead: number }
  readonly events?: AuthEvent[]
  readonly maxSessionsPerUser?: {
    readonly limit: number
    readonly onLimit: 'revoke-oldest' | 'refuse'
  }
}

/** What both configurations have. */
const common = ({ clock, events, maxSessionsPerUser }: AppOptions) => ({
  now: () => Date.now() + (clock?.ahead ?? 0),
  onEvent: (event: AuthEvent) => events?.push(event),
  maxSessionsPerUser,
  getUserAttributes: ({ name }: AppUser) => ({ name }),
  getSessionAttributes: (attributes: AppSession) => ({ attributes }),
})

/** An app before the upgrade. */
export function notUpgraded(database: Database, version: 2 | 3, options: AppOptions = {}) {
  const given = { ...columns, upgrade: false as const }
  const lucia =
    version === 2
      ? luciaV2<AppUser, AppSession>(database.driver, given)
      : luciaV3<AppUser, AppSession>(database.driver, given)
  return limen({ ...lucia, ...common(options) })
}

/** An app after the upgrade; also one whose table of Lucia's sessions was dropped. */
export function upgraded(
  database: Database,
  version: 2 | 3,
  options: AppOptions & { readonly isDropped?: boolean; readonly connects?: boolean } = {},
) {
  const driver = options.connects ? database.connect() : database.driver
  const session = options.isDropped ? null : columns.session
  const given = { user: columns.user, session, upgrade: true as const }
  const lucia =
    version === 2
      ? luciaV2<AppUser, AppSession>(driver, given)
      : luciaV3<AppUser, AppSession>(driver, given)
  return limen({ ...lucia, ...common(options) })
}
