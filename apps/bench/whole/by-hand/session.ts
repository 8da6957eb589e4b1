/** Sessions by hand, after the guide of Lucia: an id and a secret whose hash is stored, ten days, renewed hourly. */
import { Buffer } from 'node:buffer'
import { timingSafeEqual } from 'node:crypto'
import type { Sql } from '../sql.ts'

export const EXPIRES_IN_S = 10 * 24 * 3600
const RENEWED_AFTER_S = 3600

export interface Session {
  readonly id: string
  readonly user: { readonly id: string; readonly name: string }
}

interface Row {
  readonly id: string
  readonly user_id: string
  readonly name: string
  readonly secret_hash: Uint8Array | readonly number[]
  readonly verified_at: number | string
}

const nowInSeconds = () => Math.floor(Date.now() / 1000)

async function sha256(secret: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', secret))
}

/** Stores a session and returns its token. */
export async function createSession(sql: Sql, userId: string): Promise<string> {
  const id = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url')
  const secret = crypto.getRandomValues(new Uint8Array(32))
  const now = nowInSeconds()
  await sql`
    insert into auth_session (id, user_id, secret_hash, verified_at, created_at)
    values (${id}, ${userId}, ${await sha256(secret)}, ${now}, ${now})`
  return `${id}.${Buffer.from(secret).toString('base64url')}`
}

/** Returns the session of a token, with its user, or `null`. */
export async function validateToken(sql: Sql, token: string): Promise<Session | null> {
  const [id, encoded, ...more] = token.split('.')
  if (!id || !encoded || more.length > 0) return null
  const [row] = await sql<Row>`
    select auth_session.id, user_id, name, secret_hash, verified_at
    from auth_session join users on users.id = user_id where auth_session.id = ${id}`
  if (!row) return null
  const age = nowInSeconds() - Number(row.verified_at)
  if (age >= EXPIRES_IN_S) return null
  const hash = await sha256(new Uint8Array(Buffer.from(encoded, 'base64url')))
  const stored = Uint8Array.from(row.secret_hash)
  if (stored.length !== hash.length || !timingSafeEqual(stored, hash)) return null
  if (age >= RENEWED_AFTER_S) {
    await sql`update auth_session set verified_at = ${nowInSeconds()} where id = ${id}`
  }
  return { id, user: { id: row.user_id, name: row.name } }
}

export async function deleteSession(sql: Sql, id: string): Promise<void> {
  await sql`delete from auth_session where id = ${id}`
}
