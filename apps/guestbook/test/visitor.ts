/** A visitor: it stores its cookie and sends `Sec-Fetch-Site` and `Origin`, as browsers do. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { withOutage } from '@limen/testing'
import { app } from '../src/app.ts'

export const BOOK = 'http://localhost:8787'
export const PASSPHRASE = 'a long enough passphrase'

type Fields = Readonly<Record<string, string>>

const OURS = { 'Sec-Fetch-Site': 'same-origin', Origin: BOOK }

let visitors = 0

export class Visitor {
  cookie: string | null = null
  /** The database binding for the requests of this visitor. */
  db = env.DB
  userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
  readonly #address = `192.0.2.${++visitors}`

  get(path: string, headers: Fields = {}): Promise<Response> {
    return this.#send(path, { headers: { 'Sec-Fetch-Mode': 'navigate', ...headers } })
  }

  /** Sends a form, by default from a page of the guestbook. */
  post(path: string, fields: Fields, headers: Fields = {}): Promise<Response> {
    const body = new URLSearchParams(fields)
    return this.#send(path, { method: 'POST', body, headers: { ...OURS, ...headers } })
  }

  /** Sends any request from a page of the guestbook. */
  send(path: string, { headers, ...init }: RequestInit): Promise<Response> {
    return this.#send(path, { ...init, headers: { ...OURS, ...(headers as Fields) } })
  }

  async signUp(name: string): Promise<this> {
    const { status } = await this.post('/sign-up', { name, passphrase: PASSPHRASE })
    if (status !== 303) throw new Error(`Sign-up as ${name}: status ${status}`)
    return this
  }

  /** The id of this visitor's session. */
  get sessionId(): string {
    return this.cookie?.split('=')[1]?.split('.')[0] ?? ''
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers)
    headers.set('CF-Connecting-IP', this.#address)
    headers.set('User-Agent', this.userAgent)
    if (this.cookie) headers.set('Cookie', this.cookie)
    const ctx = createExecutionContext()
    const request = new Request(BOOK + path, { redirect: 'manual', ...init, headers })
    const response = await app.fetch(request, { ...env, DB: this.db }, ctx)
    await waitOnExecutionContext(ctx)
    for (const line of sessionCookies(response)) {
      this.cookie = line.includes('Max-Age=0') ? null : (line.split(';')[0] ?? null)
    }
    return response
  }
}

/** The session cookies of a response, without the deletion of a proof: these visitors have no device session. */
export function sessionCookies(response: Response): string[] {
  return response.headers
    .getSetCookie()
    .filter((line) => !line.startsWith('__Host-guestbook-proof=; Path=/; Max-Age=0;'))
}

/** The number of rows of a table. */
export async function count(table: string): Promise<number | null> {
  return env.DB.prepare(`SELECT count(*) AS n FROM ${table}`).first<number>('n')
}

/** A database that is unavailable. */
export const downDb = withOutage(env.DB)
