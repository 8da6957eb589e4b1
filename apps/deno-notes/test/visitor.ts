/** A visitor who keeps one cookie, and says which page its requests come from. */
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import type { Duplex } from 'node:stream'
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

  /** Sends a form, from one of our own pages where `headers` do not say otherwise. */
  post(path: string, fields: Fields = {}, headers: Fields = this.ours): Promise<Response> {
    return this.#send(path, { method: 'POST', body: new URLSearchParams(fields), headers })
  }

  /** What a browser says of a form on our own page. */
  get ours(): Fields {
    return { 'Sec-Fetch-Site': 'same-origin', Origin: this.#notes.origin }
  }

  async signIn(name: string): Promise<this> {
    const { status } = await this.post('/sign-in', { name, passphrase: PASSPHRASE })
    if (status !== 303) throw new Error(`Signing in as ${name} was answered with ${status}`)
    return this
  }

  /** The texts of the notes on the page, newest first, as they stand in its source. */
  async notes(): Promise<string[]> {
    const page = await (await this.get()).text()
    return [...page.matchAll(/<blockquote[^>]*>([^]*?)<\/blockquote>/g)].map(([, text]) => text!)
  }

  /** The id of the newest note. */
  async newest(): Promise<string> {
    const page = await (await this.get()).text()
    return /name="id" value="([^"]+)"/.exec(page)?.[1] ?? ''
  }

  /** Asks for a WebSocket, from a page of `origin`. */
  async listen(origin: string | null, path = '/live?since='): Promise<Handshake> {
    const headers = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      Cookie: this.cookie,
      ...(origin && { Origin: origin }),
    }
    const asked = request(this.#notes.origin + path, { headers, family: 4 })
    asked.end()
    const [response, socket] = (await Promise.race([
      once(asked, 'upgrade'),
      once(asked, 'response'),
    ])) as [IncomingMessage, Duplex | undefined]
    return { status: response.statusCode ?? 0, response, frames: new Frames(socket) }
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
  readonly frames: Frames
}

/** What a server sends through a WebSocket: short texts, and at last why it closes. */
class Frames {
  readonly received: string[] = []
  readonly #socket: Duplex | undefined

  constructor(socket: Duplex | undefined) {
    this.#socket = socket
    socket?.on('data', (data: Buffer) => {
      for (let at = 0; at < data.length; at += 2 + data[at + 1]!) {
        const body = data.subarray(at + 2, at + 2 + data[at + 1]!)
        this.received.push(data[at] === 0x81 ? body.toString() : String(body.readUInt16BE()))
      }
    })
  }

  close(): void {
    this.#socket?.destroy()
  }
}
