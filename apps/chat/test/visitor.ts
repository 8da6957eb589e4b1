/** A device and its sockets: it stores the cookie and sends `Origin`, as browsers do. */
import { exports } from 'cloudflare:workers'

export const CHAT = 'http://localhost:8788'

type Fields = Readonly<Record<string, string>>

/** A browser in which a user can sign in. */
export class Device {
  cookie = ''

  async signIn(name: string): Promise<this> {
    const { status } = await this.post('/sign-in', { name })
    if (status !== 303) throw new Error(`Sign-in as ${name}: status ${status}`)
    return this
  }

  get sessionId(): string {
    return this.cookie.split('=')[1]?.split('.')[0] ?? ''
  }

  get(path: string, headers: Fields = {}): Promise<Response> {
    return this.#send(path, { headers })
  }

  post(path: string, fields: Fields = {}, headers: Fields = {}): Promise<Response> {
    const ours = { 'Sec-Fetch-Site': 'same-origin', Origin: CHAT }
    const body = new URLSearchParams(fields)
    return this.#send(path, { method: 'POST', body, headers: { ...ours, ...headers } })
  }

  /** Sends a handshake, by default from a page of the chat. */
  handshake(origin: string | null = CHAT): Promise<Response> {
    return this.get('/room', { Upgrade: 'websocket', ...(origin && { Origin: origin }) })
  }

  /** Opens a socket to the room. */
  async enter(): Promise<Line> {
    const { status, webSocket } = await this.handshake()
    if (!webSocket) throw new Error(`Handshake: status ${status}`)
    return new Line(webSocket)
  }

  /** Sends any request from a page of the chat. */
  send(path: string, { headers, ...init }: RequestInit): Promise<Response> {
    const ours = { 'Sec-Fetch-Site': 'same-origin', Origin: CHAT }
    return this.#send(path, { ...init, headers: { ...ours, ...(headers as Fields) } })
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers)
    if (this.cookie) headers.set('Cookie', this.cookie)
    const request = new Request(CHAT + path, { redirect: 'manual', ...init, headers })
    const response = await exports.default.fetch(request)
    for (const line of response.headers.getSetCookie()) {
      this.cookie = line.includes('Max-Age=0') ? '' : (line.split(';')[0] ?? '')
    }
    return response
  }
}

/** An open socket, and the messages that it received. */
export class Line {
  /** The code with which the room closed it. */
  readonly closed: Promise<number>
  readonly #socket: WebSocket
  readonly #news: unknown[] = []
  #wake = () => {}

  constructor(socket: WebSocket) {
    this.#socket = socket
    socket.addEventListener('message', ({ data }) => {
      this.#news.push(JSON.parse(String(data)))
      this.#wake()
    })
    this.closed = new Promise((resolve) => {
      socket.addEventListener('close', ({ code }) => resolve(code))
    })
    socket.accept()
  }

  send(text: string | Uint8Array): void {
    this.#socket.send(text)
  }

  close(): void {
    this.#socket.close(1000)
  }

  /** The next message of a type. */
  async next(type: string): Promise<unknown> {
    for (;;) {
      const news = this.#news.shift() as { readonly type: string } | undefined
      if (news?.type === type) return news
      if (!news) await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}
