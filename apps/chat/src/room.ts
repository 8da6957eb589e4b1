/** The room: sockets that may sleep, and sessions that are asked about as long as they are open. */
import { DurableObject } from 'cloudflare:workers'
import { authFor } from './auth.ts'
import type { Env } from './env.ts'
import { type Pace, type Turn, isRested, take } from './pace.ts'

/** A socket was closed because its session is over: signed out, revoked or expired. */
const SIGNED_OUT = 4401

/** How long one answer of the store lets somebody write. */
const WRITE_FOR = 5_000
/** How long one answer of the store lets somebody read on in silence. */
const READ_FOR = 30_000
/** A Worker may ask D1 fifty times in one go, or a thousand times on a paid plan. */
const CHECKS_AT_ONCE = 40

/** What one message may be: the input of the page takes no more. */
const LONGEST_MESSAGE = 500
/** How many pages one user may have open, and how many there may be in the room. */
const SOCKETS_PER_USER = 5
const SOCKETS = 100

/** Codes of RFC 6455, and one of our own: 4429 after HTTP's 429. */
const NOT_TEXT = 1003
const TOO_BIG = 1009
const TRY_LATER = 1013
const TOO_MANY = 4429

/** Stored, not only remembered: the limit outlives the object's sleep and a user's reconnection. */
const PACE = 'pace:'

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
  | { readonly type: 'too-fast'; readonly text: string }

/** Why the room takes no further socket: the code and reason to close it with. */
export interface Refusal {
  readonly code: number
  readonly reason: string
}

export class Room extends DurableObject<Env> {
  /** Messages are told in the order in which they came, whoever has to be asked about first. */
  #turn: Promise<void> = Promise.resolve()

  /**
   * Accepts a socket from the Worker, which has validated the session. Where there are too many, it
   * answers with 429 and a {@link Refusal} for the Worker to pass on: a socket that was accepted here
   * only to be closed would keep the object awake until its client answers.
   */
  override async fetch(request: Request): Promise<Response> {
    const ids = new URL(request.url).searchParams
    const sessionId = ids.get('sessionId') ?? ''
    const userId = ids.get('userId') ?? ''
    const refusal = this.#refusalOf(userId)
    if (refusal) return Response.json(refusal, { status: 429 })
    const { 0: client, 1: socket } = new WebSocketPair()
    this.ctx.acceptWebSocket(socket, [userId])
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
    const paces = this.#forgetRested()
    // An empty room with nothing to remember stores nothing and is not woken.
    if (left > 0) await this.#wakeIn(READ_FOR / Math.ceil(left / CHECKS_AT_ONCE))
    else if (paces > 0) await this.#wakeIn(READ_FOR)
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    // What was on its way when the socket was closed is not read.
    if (socket.readyState !== WebSocket.OPEN) return
    if (typeof message !== 'string') return socket.close(NOT_TEXT, 'Text messages only')
    if (message.length > LONGEST_MESSAGE) {
      return socket.close(TOO_BIG, `A message has at most ${LONGEST_MESSAGE} characters`)
    }
    const text = message.trim()
    // Before anything waits: a flood must not grow into a queue.
    const turn = this.#take(this.ctx.getTags(socket)[0] ?? '')
    if (turn === 'abuse') return socket.close(TOO_MANY, 'Too many messages')
    if (turn === 'too-fast') return tell([socket], { type: 'too-fast', text })
    const told = this.#turn.then(() => this.#relay(socket, text))
    this.#turn = told.catch(() => {})
    await told
  }

  override webSocketClose(): void {
    this.#tellWhoIsHere()
  }

  async #relay(socket: WebSocket, text: string): Promise<void> {
    if (text.length === 0) return
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
      console.error('A session could not be checked', error)
    }
  }

  /** Counts sockets that are being closed too: a client that never confirms holds its own place. */
  #refusalOf(userId: string): Refusal | null {
    if (this.ctx.getWebSockets().length >= SOCKETS) {
      return { code: TRY_LATER, reason: 'The room is full' }
    }
    if (this.ctx.getWebSockets(userId).length >= SOCKETS_PER_USER) {
      return { code: TOO_MANY, reason: `At most ${SOCKETS_PER_USER} open pages for one name` }
    }
    return this.#take(userId) === 'taken'
      ? null
      : { code: TOO_MANY, reason: 'Too many connections or messages' }
  }

  /** Takes one message or connection out of a user's allowance, whichever socket it came by. */
  #take(userId: string): Turn {
    const { kv } = this.ctx.storage
    const { turn, pace } = take(kv.get<Pace>(PACE + userId), Date.now())
    kv.put(PACE + userId, pace)
    return turn
  }

  /** Deletes what need not be remembered of users who wrote long ago, and counts the others. */
  #forgetRested(): number {
    const { kv } = this.ctx.storage
    const paces = [...kv.list<Pace>({ prefix: PACE })]
    const rested = paces.filter(([, pace]) => isRested(pace, Date.now()))
    for (const [key] of rested) kv.delete(key)
    return paces.length - rested.length
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
