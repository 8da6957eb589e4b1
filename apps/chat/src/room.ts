/** The chat room: hibernating sockets, whose sessions are checked as long as they are open. */
import { DurableObject } from 'cloudflare:workers'
import { authFor } from './auth.ts'
import { type Pace, type Turn, isRested, take } from './pace.ts'

/** The close code of a socket whose session was revoked or has expired. */
const SIGNED_OUT = 4401

/** How long a user can write after a session check, in milliseconds. */
const WRITE_FOR = 5_000
/** How long a user can read without a session check, in milliseconds. */
const READ_FOR = 30_000
/** An invocation can send 50 D1 queries, or 1,000 on a paid plan. */
const CHECKS_AT_ONCE = 40

/** The longest message, as in the input of the page. */
const LONGEST_MESSAGE = 500
/** The most open pages of one user, and of the room. */
const SOCKETS_PER_USER = 5
const SOCKETS = 100

/** Close codes of RFC 6455, and 4429 after HTTP's 429. */
const NOT_TEXT = 1003
const TOO_BIG = 1009
const TRY_LATER = 1013
const TOO_MANY = 4429

/** The key prefix. Rate limits are stored, so hibernation and new connections do not reset them. */
const PACE = 'pace:'

/** The attachment of a socket, which survives hibernation: the session's id, never its token. */
interface Visitor {
  readonly sessionId: string
  readonly name: string
  /** Until when the user can write without another session check. */
  readonly mayWriteUntil: number
}

/** The messages that the room sends. */
type News =
  | { readonly type: 'message'; readonly from: string; readonly text: string }
  | { readonly type: 'here'; readonly names: readonly string[] }
  | { readonly type: 'not-sent'; readonly text: string }
  | { readonly type: 'too-fast'; readonly text: string }

/** Why the room accepts no further socket: the close code and reason. */
export interface Refusal {
  readonly code: number
  readonly reason: string
}

export class Room extends DurableObject<{ readonly DB: D1Database }> {
  /** Resolves after all earlier messages were sent: a session check must not change their order. */
  #turn: Promise<void> = Promise.resolve()

  /**
   * Accepts a socket from the Worker, which has validated the session. If there are too many, it answers
   * with 429 and a {@link Refusal} for the Worker: a socket that is accepted here and then closed would
   * prevent hibernation until its client confirms.
   */
  override async fetch(request: Request): Promise<Response> {
    const ids = new URL(request.url).searchParams
    const sessionId = ids.get('sessionId') ?? ''
    const userId = ids.get('userId') ?? ''
    const refusal = this.#refusalOf(userId)
    if (refusal) return Response.json(refusal, { status: 429 })
    const { 0: client, 1: socket } = new WebSocketPair()
    this.ctx.acceptWebSocket(socket, [userId])
    attach(socket, { sessionId, name: '', mayWriteUntil: 0 })
    // The session can have been revoked after the Worker validated it, when no socket was open yet.
    await this.#check(socket)
    if ((await this.ctx.storage.getAlarm()) === null) await this.#wakeIn(READ_FOR)
    this.#sendNames()
    return new Response(null, { status: 101, webSocket: client })
  }

  /** Checks a user's sockets. The Worker calls it after it revoked sessions. */
  async recheck(userId: string): Promise<void> {
    await Promise.all(this.#open(userId).map((socket) => this.#check(socket)))
  }

  /** Checks the sockets of users who only read. */
  override async alarm(): Promise<void> {
    const longestUnchecked = this.#open().toSorted(
      (a, b) => visitorOf(a).mayWriteUntil - visitorOf(b).mayWriteUntil,
    )
    const due = longestUnchecked.slice(0, CHECKS_AT_ONCE)
    await Promise.all(due.map((socket) => this.#check(socket)))
    const open = this.#open().length
    const paces = this.#deleteRested()
    // An empty room without rate limits stores nothing and sets no alarm.
    if (open > 0) await this.#wakeIn(READ_FOR / Math.ceil(open / CHECKS_AT_ONCE))
    else if (paces > 0) await this.#wakeIn(READ_FOR)
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    // Ignore messages that arrive after the socket was closed.
    if (socket.readyState !== WebSocket.OPEN) return
    if (typeof message !== 'string') return socket.close(NOT_TEXT, 'Text messages only')
    if (message.length > LONGEST_MESSAGE) {
      return socket.close(TOO_BIG, `A message has at most ${LONGEST_MESSAGE} characters`)
    }
    const text = message.trim()
    // Check the rate limit before the first await, so that no queue can grow.
    const turn = this.#take(this.ctx.getTags(socket)[0] ?? '')
    if (turn === 'abuse') return socket.close(TOO_MANY, 'Too many messages')
    if (turn === 'too-fast') return send([socket], { type: 'too-fast', text })
    const relayed = this.#turn.then(() => this.#relay(socket, text))
    this.#turn = relayed.catch(() => {})
    await relayed
  }

  override webSocketClose(): void {
    this.#sendNames()
  }

  async #relay(socket: WebSocket, text: string): Promise<void> {
    if (text.length === 0) return
    if (Date.now() >= visitorOf(socket).mayWriteUntil) await this.#check(socket)
    if (socket.readyState !== WebSocket.OPEN) return
    const { name: from, mayWriteUntil } = visitorOf(socket)
    const mayWrite = Date.now() < mayWriteUntil
    if (mayWrite) send(this.#open(), { type: 'message', from, text })
    else send([socket], { type: 'not-sent', text })
  }

  /**
   * Reads a socket's session, and closes the socket if the session was revoked or has expired. If the
   * store is unavailable, the socket stays open, and can write after the next successful check.
   */
  async #check(socket: WebSocket): Promise<void> {
    if (socket.readyState !== WebSocket.OPEN) return
    const { sessionId } = visitorOf(socket)
    const checkedAt = Date.now()
    try {
      const session = await authFor(this.env).getSession(sessionId)
      if (!session) return socket.close(SIGNED_OUT, 'Signed out')
      const endsAt = session.idlePeriodExpiresAt.getTime()
      const mayWriteUntil = Math.min(checkedAt + WRITE_FOR, endsAt)
      attach(socket, { sessionId, name: session.user.name, mayWriteUntil })
    } catch (error) {
      console.error('A session could not be checked', error)
    }
  }

  /** Also counts closing sockets, so that a client cannot open more of them by never confirming. */
  #refusalOf(userId: string): Refusal | null {
    if (this.ctx.getWebSockets().length >= SOCKETS) {
      return { code: TRY_LATER, reason: 'The room is full' }
    }
    if (this.ctx.getWebSockets(userId).length >= SOCKETS_PER_USER) {
      return { code: TOO_MANY, reason: `At most ${SOCKETS_PER_USER} open pages for one name` }
    }
    return this.#take(userId) === 'accepted'
      ? null
      : { code: TOO_MANY, reason: 'Too many connections or messages' }
  }

  /** Uses up a part of a user's allowance, for a message or a connection of any socket. */
  #take(userId: string): Turn {
    const { kv } = this.ctx.storage
    const { turn, pace } = take(kv.get<Pace>(PACE + userId), Date.now())
    kv.put(PACE + userId, pace)
    return turn
  }

  /** Deletes the rate limits of users whose whole allowance is available, and counts the others. */
  #deleteRested(): number {
    const { kv } = this.ctx.storage
    const paces = [...kv.list<Pace>({ prefix: PACE })]
    const rested = paces.filter(([, pace]) => isRested(pace, Date.now()))
    for (const [key] of rested) kv.delete(key)
    return paces.length - rested.length
  }

  #sendNames(): void {
    const names = this.#open().map((socket) => visitorOf(socket).name)
    send(this.#open(), { type: 'here', names: [...new Set(names)].filter(Boolean).toSorted() })
  }

  #open(userId?: string): WebSocket[] {
    const sockets = this.ctx.getWebSockets(userId)
    return sockets.filter(({ readyState }) => readyState === WebSocket.OPEN)
  }

  async #wakeIn(ms: number): Promise<void> {
    await this.ctx.storage.setAlarm(Date.now() + ms)
  }
}

function send(sockets: readonly WebSocket[], news: News): void {
  for (const socket of sockets) socket.send(JSON.stringify(news))
}

function attach(socket: WebSocket, visitor: Visitor): void {
  socket.serializeAttachment(visitor)
}

function visitorOf(socket: WebSocket): Visitor {
  return socket.deserializeAttachment() as Visitor
}
