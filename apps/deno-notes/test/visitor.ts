/** A visitor: it stores its cookie and sends `Sec-Fetch-Site` and `Origin`, as browsers do. */
import type { IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'
import type { Notes } from './notes.ts'

export const PASSPHRASE = 'under the third stone'

type Fields = Readonly<Record<string, string>>

export class Visitor {
  cookie = ''
  readonly #notes: Notes

  constructor(notes: Notes) {
    this.#notes = notes
  }

  get(path = '/'): Promise<Response> {
    return this.#send(path)
  }

  /** Sends a form, by default from a page of the app. */
  post(path: string, fields: Fields = {}, headers: Fields = this.ours): Promise<Response> {
    return this.#send(path, { method: 'POST', body: new URLSearchParams(fields), headers })
  }

  /** Sends any request from a page of the app. */
  send(path: string, init: RequestInit): Promise<Response> {
    return this.#send(path, { ...init, headers: this.ours })
  }

  /** The headers that browsers send with a form on a page of the app. */
  get ours(): Fields {
    return { 'Sec-Fetch-Site': 'same-origin', Origin: this.#notes.origin }
  }

  async signIn(name: string): Promise<this> {
    const { status } = await this.post('/sign-in', { name, passphrase: PASSPHRASE })
    if (status !== 303) throw new Error(`Sign-in as ${name}: status ${status}`)
    return this
  }

  /** The source of the notes on the page, the newest first. */
  async notes(): Promise<string[]> {
    const page = await (await this.get()).text()
    return [...page.matchAll(/<blockquote[^>]*>([^]*?)<\/blockquote>/g)].map(([, text]) => text!)
  }

  /** The id of the newest note. */
  async newest(): Promise<string> {
    const page = await (await this.get()).text()
    return /name="id" value="([^"]+)"/.exec(page)?.[1] ?? ''
  }

  /** Opens a WebSocket from a page of `origin`. */
  async listen(origin: string | null, path = '/live?since='): Promise<Handshake> {
    const headers = { Cookie: this.cookie, ...(origin && { Origin: origin }) }
    const socket = new WebSocket(this.#notes.origin + path, { headers, family: 4 })
    const received: string[] = []
    socket.on('message', (data) => received.push((data as Buffer).toString()))
    socket.on('close', (code) => received.push(String(code)))
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      socket.on('upgrade', resolve)
      socket.on('unexpected-response', (_request, refusal) => resolve(refusal))
      socket.on('error', reject)
    })
    return { status: response.statusCode!, response, received, close: () => socket.terminate() }
  }

  async #send(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    if (this.cookie) headers.set('Cookie', this.cookie)
    const response = await fetch(this.#notes.origin + path, {
      redirect: 'manual',
      ...init,
      headers,
    })
    const [line] = response.headers.getSetCookie()
    if (line) this.cookie = line.includes('Max-Age=0') ? '' : line.split(';')[0]!
    return response
  }
}

interface Handshake {
  readonly status: number
  readonly response: IncomingMessage
  /** The received messages, and finally the close code. */
  readonly received: readonly string[]
  readonly close: () => void
}
