/** The app over the tables of Lucia, and over those of a guide, for random histories. */
import { limen } from '@limen/core'
import type { SqlDriver } from '@limen/sql'
import { luciaGuide } from '../src/guides.ts'
import { luciaV2, luciaV3 } from '../src/index.ts'
import { movedId } from '../src/lucia-token.ts'
import { type AppSession, type AppUser, type Database, columns } from './engines.ts'
import { type GuideApp, TABLE, guideOptions, signInByGuide } from './guide-apps.ts'
import type { HistorySubject } from './random-histories.ts'
import { quoted, signInByLucia } from './sign-in.ts'

const DAY = 86_400_000

/** What a test does to a driver. */
type Change = (driver: SqlDriver) => SqlDriver

/** Tables of Lucia, with sessions by Lucia itself. */
export function luciaSubject(
  database: Database,
  version: 2 | 3,
  change: Change = (driver) => driver,
): HistorySubject {
  let users = 0
  const given = { ...columns, upgrade: true as const }
  const table = version === 2 ? 'user_session' : quoted(database, 'session')
  return {
    connect(wrap, now) {
      const driver = wrap(change(database.driver))
      const lucia =
        version === 2
          ? luciaV2<AppUser, AppSession>(driver, given)
          : luciaV3<AppUser, AppSession>(driver, given)
      return limen({ ...lucia, now })
    },
    async createUser() {
      const userId = `user${users++}`
      if (version === 2) {
        const key = { providerId: 'email', providerUserId: userId, password: null }
        const attributes = { name: userId } as never
        await database.lucia2().createUser({ userId, key, attributes })
      }
      return userId
    },
    signIn: (userId) => signInByLucia(database, version, userId),
    movedId,
    async count(token) {
      const moved = await movedId(token)
      return rowsWith(database, [
        `${table} where id = '${token}'`,
        `limen_session where id = '${moved}'`,
      ])
    },
    activePeriod: version === 2 ? DAY : 15 * DAY,
  }
}

/** Tables of a guide. */
export function guideSubject(
  database: Database,
  app: GuideApp,
  change: Change = (driver) => driver,
): HistorySubject {
  let users = 2
  const rowId = async (token: string) => (await app.format.parse(token))!.id
  const newId = async (token: string) => app.format.newId(await rowId(token))
  return {
    connect: (wrap, now) =>
      limen({
        ...luciaGuide<{ username: string }>(
          app.format,
          wrap(change(database.driver)),
          guideOptions,
        ),
        now,
      }),
    async createUser() {
      const id = ++users
      await database.driver.change(`insert into app_user values (${id}, 'u${id}')`, [])
      return String(id)
    },
    signIn: (userId) => signInByGuide(database, app, { userId: Number(userId) }),
    movedId: newId,
    count: async (token) =>
      rowsWith(database, [
        `${TABLE} where id = '${await rowId(token)}'`,
        `new_session where id = '${await newId(token)}'`,
      ]),
    activePeriod: app.lifetime / 2,
  }
}

async function rowsWith({ rows }: Database, froms: readonly string[]): Promise<number> {
  const found = await Promise.all(froms.map((from) => rows(`select id from ${from}`)))
  return found.flat().length
}
