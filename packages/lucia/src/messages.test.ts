/** The exact text of every message of this package, and how to cause it. */
import { DatabaseSync } from 'node:sqlite'
import { type MessageTable, messageSuite } from '@limen/conformance'
import { limen } from '@limen/core'
import { migrate, nodeSqlite } from '@limen/sql'
import { describe, it } from 'vitest'
import { luciaGuide } from './guides.ts'
import { luciaV2, luciaV3 } from './index.ts'
import * as catalogue from './messages.ts'
import { needsRehash, verifyLuciaPassword } from './password.ts'

const CONFIG = 'AUTH_CONFIG'
const driver = () => nodeSqlite(new DatabaseSync(':memory:'))
const v3 = (options: object) => luciaV3(driver(), { upgrade: true, ...options })

const table: MessageTable<typeof catalogue> = {
  TABLE_FORM: [
    CONFIG,
    [
      'luciaV3(): user must be an object with the names of the table and its columns (got "user")',
      () => v3({ user: 'user' }),
    ],
    [
      'luciaV2(): key must be an object with the names of the table and its columns (got "user_key")',
      () => luciaV2(driver(), { key: 'user_key' as never, upgrade: true }),
    ],
    [
      'luciaV3(): session must be an object with the names of the table and its columns (got null)',
      () => luciaV3(driver(), { session: null, upgrade: false }),
    ],
  ],
  SESSION_FORM: [
    CONFIG,
    [
      'luciaV3(): session must be an object with the names of the table and its columns, or null when the table was dropped (got "session")',
      () => v3({ session: 'session' }),
    ],
  ],
  NAME_FORM: [
    CONFIG,
    [
      'luciaV3(): session.expiresAt must be a text that is not empty (got "")',
      () => v3({ session: { expiresAt: '' } }),
    ],
  ],
  timeForm: [
    CONFIG,
    [
      'luciaV3(): session.time must be one of seconds, milliseconds, iso8601 (got "timestamptz")',
      () => v3({ session: { time: 'timestamptz' } }),
    ],
  ],
  UPGRADE_FORM: [
    CONFIG,
    [
      'luciaV3(): upgrade is missing. It must be true or false',
      () => luciaV3(driver(), {} as never),
    ],
    [
      'luciaV2(): upgrade must be true or false (got a string)',
      () => luciaV2(driver(), { upgrade: 'yes' as never }),
    ],
  ],
  sameTable: [
    CONFIG,
    [
      'luciaV3(): session.table and limenSession.table cannot both be "limen_session"',
      () => v3({ session: { table: 'limen_session' } }),
    ],
  ],
  cookieNotRead: [
    CONFIG,
    [
      'limen({ sessionCookie }) does not read the cookie "auth_session". Keep what luciaV3() returned: sessionCookie: { ...lucia.sessionCookie, … }',
      () => limen({ ...v3({}), sessionCookie: { expires: false } }),
    ],
  ],
  cookieRenamed: [
    CONFIG,
    [
      'limen({ sessionCookie }): before the upgrade, the name must be Lucia\'s, "auth_session" (got "__Host-Http-session"). Pass it to luciaV2()',
      () => limen({ ...luciaV2(driver(), { upgrade: false }), sessionCookie: {} }),
    ],
  ],
  extensionMissing: [
    CONFIG,
    [
      'limen({ extensions }) lacks the extension of luciaV3(). Keep it: extensions: [...lucia.extensions, …]',
      async () => {
        const auth = limen({ ...luciaV3(driver(), { upgrade: false }), extensions: [] })
        await auth.createSession({ userId: 'ada' })
      },
    ],
  ],
  unknownHash: [
    CONFIG,
    [
      'hash is no scrypt hash of Lucia: it must be "s2:salt:key" or "salt:key" (it begins with "$argon2id$"). docs/lucia-passwords.md says what verifies others',
      () => verifyLuciaPassword('$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$a2V5', 'password'),
    ],
    [
      'hash is no scrypt hash of Lucia: it must be "s2:salt:key" or "salt:key". docs/lucia-passwords.md says what verifies others',
      () => needsRehash(`s2::${'0'.repeat(128)}`),
    ],
  ],
  FORMAT_FORM: [
    CONFIG,
    [
      'luciaGuide(): format must be guide2024, svAddOn, guide2025 or guide2026 (got a string)',
      () => luciaGuide('2024' as never, driver()),
    ],
  ],
  LIMIT_FORM: [
    CONFIG,
    [
      'moveAll(): limit must be a whole number of sessions above 0 (got 0)',
      async () => {
        const database = driver()
        await migrate(database)
        await limen(luciaV3(database, { upgrade: true })).moveAll({ limit: 0 })
      },
    ],
  ],
}

describe('messages', () => {
  it.each(messageSuite(catalogue, table))('$name', ({ run }) => run())
})
