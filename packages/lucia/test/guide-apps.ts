/** Sessions as an app writes them that follows one of the guides on Lucia's site. */
import { createHash, randomBytes } from 'node:crypto'
import { type SqlDriver, migrate } from '@limen/sql'
import { luciaLayout } from '../src/index.ts'
import { type GuideFormat, guide2024, guide2025, guide2026, svAddOn } from '../src/guides.ts'
import type { Database } from './engines.ts'

const DAY = 86_400_000

/** An app by a guide. */
export interface GuideApp {
  readonly title: string
  readonly format: GuideFormat
  readonly cookieName: string
  readonly lifetime: number
  /** The columns of its table of sessions, beside the id and the user's. */
  readonly columns: (types: Types) => string
  /** A new token, and the row of its session. */
  readonly create: (now: number) => { token: string; id: string; values: readonly Value[] }
}

type Value = { readonly time: number } | { readonly seconds: number } | { readonly hex: string }

interface Types {
  readonly time: string
  readonly bytes: string
}

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789'
const letters = (length: number) =>
  Array.from(randomBytes(length), (byte) => ALPHABET[byte >> 3]).join('')

const byHash = (
  title: string,
  format: GuideFormat,
  cookieName: string,
  newToken: () => string,
) => ({
  title,
  format,
  cookieName,
  lifetime: 30 * DAY,
  columns: ({ time }: Types) => `expires_at ${time} not null`,
  create(now: number) {
    const token = newToken()
    return { token, id: sha256(token), values: [{ time: now + 30 * DAY }] }
  },
})

/** The three guides, and the add-on of SvelteKit. */
export const guideApps: readonly GuideApp[] = [
  byHash('the guide of 2024', guide2024, 'session', () =>
    Array.from(randomBytes(32), (byte) => 'abcdefghijklmnopqrstuvwxyz234567'[byte >> 3]).join(''),
  ),
  byHash("the add-on of SvelteKit's sv", svAddOn, 'auth-session', () =>
    randomBytes(18).toString('base64url'),
  ),
  {
    title: 'the guide of 2025',
    format: guide2025,
    cookieName: 'session_token',
    lifetime: DAY,
    columns: ({ bytes }) => `secret_hash ${bytes} not null, created_at bigint not null`,
    create(now) {
      const [id, secret] = [letters(24), letters(24)]
      const values = [{ hex: sha256(secret) }, { seconds: now }]
      return { token: `${id}.${secret}`, id, values }
    },
  },
  {
    title: 'the guide of 2026',
    format: guide2026,
    cookieName: 'auth_session',
    lifetime: 10 * DAY,
    columns: ({ bytes }) =>
      `secret_hash ${bytes} not null, token_last_verified_at bigint not null, created_at bigint not null`,
    create(now) {
      const id = letters(16)
      const secret = randomBytes(32)
      const values = [{ hex: sha256(secret) }, { seconds: now }, { seconds: now }]
      return { token: `${id}.${secret.toString('base64')}`, id, values }
    },
  },
]

/** The old table of sessions, which no reserved word names. */
export const TABLE = 'old_session'

/** Creates the tables of an app, and two users, 1 and 2. */
export async function createGuideTables(database: Database, { columns }: GuideApp): Promise<void> {
  const { driver, rows } = database
  const types = {
    sqlite: { time: 'integer', bytes: 'blob' },
    postgres: { time: 'timestamptz', bytes: 'bytea' },
    mysql: { time: 'datetime', bytes: 'blob' },
    mariadb: { time: 'datetime', bytes: 'blob' },
  }[driver.dialect]
  await rows('create table app_user (id integer primary key, username varchar(255) not null)')
  await rows(
    `create table ${TABLE} (id varchar(255) not null primary key, user_id integer not null references app_user (id), ${columns(types)})`,
  )
  await rows("insert into app_user values (1, 'ada'), (2, 'bob')")
  await migrate(driver, luciaLayout(guideOptions))
}

/** The options of `luciaGuide()` for these tables. */
export const guideOptions = {
  user: { table: 'app_user', idType: 'integer', columns: { username: 'text' } },
  limenSession: { table: 'new_session' },
  session: { table: TABLE },
} as const

/** Signs a user in as the app did, and returns the token of its cookie. */
export async function signInByGuide(
  { driver }: Database,
  { create }: GuideApp,
  { userId = 1, now = Date.now() }: { readonly userId?: number; readonly now?: number } = {},
): Promise<string> {
  const { token, id, values } = create(now)
  const stored = values.map((value) => literal(value, driver))
  await driver.change(`insert into ${TABLE} values ('${id}', ${userId}, ${stored.join(', ')})`, [])
  return token
}

function literal(value: Value, { dialect }: SqlDriver): string {
  if ('hex' in value) return dialect === 'postgres' ? `'\\x${value.hex}'` : `x'${value.hex}'`
  const ms = 'time' in value ? value.time : value.seconds
  if ('seconds' in value || dialect === 'sqlite') return String(Math.floor(ms / 1000))
  const iso = new Date(ms).toISOString()
  return dialect === 'postgres' ? `'${iso}'` : `'${iso.slice(0, 19).replace('T', ' ')}'`
}
