/** Users and sessions that Lucia itself creates. */
import type { Database } from './engines.ts'

/** Creates a session by Lucia, and its user if there is none. Returns the id, which is the token. */
export async function signInByLucia(
  database: Database,
  version: 2 | 3,
  userId = 'ada',
): Promise<string> {
  const attributes = { country: 'NO' } as never
  if (version === 2) {
    const lucia = database.lucia2()
    const known = await lucia.getUser(userId).catch(() => null)
    if (!known) await lucia.createUser({ userId, key: null, attributes: { name: userId } as never })
    return (await lucia.createSession({ userId, attributes })).sessionId
  }
  // Lucia 3 creates no users.
  const users = quoted(database, 'user')
  const known = await database.rows(`select id from ${users} where id = '${userId}'`)
  if (known.length === 0) {
    const values = `('${userId}', '${userId}')`
    await database.driver.change(`insert into ${users} (id, name) values ${values}`, [])
  }
  return (await database.lucia3().createSession(userId as never, attributes)).id
}

/** The name of a table, which can be a reserved word. */
export function quoted({ driver }: Database, name: string): string {
  return driver.dialect === 'postgres' ? `"${name}"` : `\`${name}\``
}
