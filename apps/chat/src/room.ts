/** The room: sockets that may sleep, and sessions that are asked about as long as they are open. */
import { DurableObject } from 'cloudflare:workers'
import { authFor } from './auth.ts'
import type { Env } from './env.ts'

/** A socket was closed because its session is over: signed out, revoked or expired. */
const SIGNED_OUT = 4401

/** How long one answer of the store lets somebody write. */
const WRITE_FOR = 5_000
/** How long one answer of the store lets somebody read on in silence. */
const READ_FOR = 30_000
/** A Worker may ask D1 fifty times in one go, or a thousand times on a paid plan. */
const CHECKS_AT_ONCE = 40

const LONGEST_MESSAGE = 500

/** What a socket keeps while the object sleeps: a session's id, never its token. */
interface Visitor {
  readonly sessionId: string
  readonly name: string
  /** Until when the store's last answer lets this visitor write: the session may end sooner. */
  readonly mayWriteUntil: number
}

/** What the room tells its visitors. */
type News =
  | { readonly type: 'message'; readonly from: string; readonly text: string }
  | { readonly type: 'here'; readonly names: readonly string[] }
  | { readonly type: 'not-sent'; readonly text: string }

export class Room extends DurableObject<Env> {
  /** Messages are told in the order in which they came, whoever has to be asked about first. */
  #turn: Promise<void> = Promise.resolve()

  /** Accepts a socket from the Worker, which has validated the session. */
  override async fetch(request: Request): Promise<Response> {
    const ids = new URL(request.url).searchParams
    const sessionId = ids.get('sessionId') ?? ''
    const { 0: client, 1: socket } = new WebSocketPair()
    this.ctx.acceptWebSocket(socket, [ids.get('userId') ?? ''])
    remember(socket, { sessionId, name: '', mayWriteUntil: 0 })
    // Its session may have ended since the Worker looked, when there was no socket to close yet.
    await this.#check(socket)
    if ((await this.ctx.storage.getAlarm()) === null) await this.#wakeIn(READ_FOR)
    this.#tellWhoIsHere()
    return new Response(null, { status: 101, webSocket: client })
  }

  /** Closes a user's sockets whose session is over. The Worker calls it after ending sessions. */
  async recheck(userId: string): Promise<void> {
    await Promise.all(this.#open(userId).map((socket) => this.#check(socket)))
  }

  /** Looks after those who only read. */
  override async alarm(): Promise<void> {
    const longestUnchecked = this.#open().toSorted(
      (a, b) => visitorOf(a).mayWriteUntil - visitorOf(b).mayWriteUntil,
    )
    const due = longestUnchecked.slice(0, CHECKS_AT_ONCE)
    await Promise.all(due.map((socket) => this.#check(socket)))
    const left = this.#open().length
    if (left > 0) await this.#wakeIn(READ_FOR / Math.ceil(left / CHECKS_AT_ONCE))
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    const text = typeof message === 'string' ? message.trim() : ''
    const told = this.#turn.then(() => this.#relay(socket, text))
    this.#turn = told.catch(() => {})
    return told
  }

  override webSocketClose(): void {
    this.#tellWhoIsHere()
  }

  async #relay(socket: WebSocket, text: string): Promise<void> {
    if (text.length === 0 || text.length > LONGEST_MESSAGE) return
    if (Date.now() >= visitorOf(socket).mayWriteUntil) await this.#check(socket)
    if (socket.readyState !== WebSocket.OPEN) return
    const { name: from, mayWriteUntil } = visitorOf(socket)
    const mayWrite = Date.now() < mayWriteUntil
    if (mayWrite) tell(this.#open(), { type: 'message', from, text })
    else tell([socket], { type: 'not-sent', text })
  }

  /**
   * Asks the store about a socket's session, and closes the socket when it is over. When the store
   * does not answer, nobody is signed out: the socket stays, and may write when the store answers.
   */
  async #check(socket: WebSocket): Promise<void> {
    if (socket.readyState !== WebSocket.OPEN) return
    const { sessionId } = visitorOf(socket)
    const askedAt = Date.now()
    try {
      const session = await authFor(this.env).getSession(sessionId)
      if (!session) return socket.close(SIGNED_OUT, 'Signed out')
      const endsAt = session.idlePeriodExpiresAt.getTime()
      const mayWriteUntil = Math.min(askedAt + WRITE_FOR, endsAt)
      remember(socket, { sessionId, name: session.user.name, mayWriteUntil })
    } catch (error) {
      console.error(error)
    }
  }

  #tellWhoIsHere(): void {
    const names = this.#open().map((socket) => visitorOf(socket).name)
    tell(this.#open(), { type: 'here', names: [...new Set(names)].filter(Boolean).toSorted() })
  }

  #open(userId?: string): WebSocket[] {
    const sockets = this.ctx.getWebSockets(userId)
    return sockets.filter(({ readyState }) => readyState === WebSocket.OPEN)
  }

  async #wakeIn(ms: number): Promise<void> {
    await this.ctx.storage.setAlarm(Date.now() + ms)
  }
}

function tell(sockets: readonly WebSocket[], news: News): void {
  for (const socket of sockets) socket.send(JSON.stringify(news))
}

function remember(socket: WebSocket, visitor: Visitor): void {
  socket.serializeAttachment(visitor)
}

function visitorOf(socket: WebSocket): Visitor {
  return socket.deserializeAttachment() as Visitor
}
