/**
 * Tickets: random tokens that are valid once and for a short time, such as magic links, codes in
 * e-mails, the state of an OAuth sign-in, passkey challenges and resets of a password.
 *
 * A store has only hashes of a ticket's token and code, so a copy of its table opens nothing.
 *
 * @module
 */
import { type JsonAttributes, newAttributes } from './attributes.ts'
import { platformSha256 } from './digest.ts'
import { AuthError, isAuthError } from './error.ts'
import type { ExtensionSettings } from './extension.ts'
import {
  ATTEMPTS_FORM,
  DIGITS_FORM,
  EXPIRES_IN_FORM,
  LIMIT_FORM,
  OBJECT_FORM,
  PURPOSE_FORM,
  TICKET_STORE_FORM,
  ticketStoreFailed,
} from './messages.ts'
import {
  OBJECT,
  type OptionRule,
  SYNC_FUNCTION,
  checkOption,
  checkOptions,
  isCount,
  isObject,
  kindOf,
  shown,
} from './options.ts'
import { withCalls } from './store-calls.ts'
import { hasMethod } from './store-options.ts'
import type { TicketRecord, TicketStore } from './ticket-store.ts'
import { SECRET_BYTES, randomText, sameHash } from './token.ts'

export { memoryTicketStore } from './memory-ticket-store.ts'
export type { TicketRecord, TicketStore } from './ticket-store.ts'

const DAY = 86_400_000

/** How a code is created and how often it can be tried. */
export interface TicketCode {
  /** How many digits: from 6, for a code that a person types, to 40, for a link. */
  readonly digits: number
  /** How many codes can be tried: from 1 to 10. */
  readonly attempts: number
}

/** Options of {@link tickets}. */
export interface TicketOptions {
  /** What the ticket is for, such as `password-reset`: a ticket of another purpose is unknown. */
  readonly purpose: string
  /** How long a ticket is valid, in milliseconds: a whole number from 1000 to 31 days. */
  readonly expiresInMs: number
  /** With it, `take()` needs a code besides the token. Default: the token alone is enough. */
  readonly code?: TicketCode | undefined
  /** The time in milliseconds since the epoch. Default: `Date.now()`. */
  readonly now?: (() => number) | undefined
}

/** A new ticket. Neither its token nor its code is stored: both exist only here. */
export interface Ticket {
  /** The token: 43 base64url characters. */
  readonly token: string
  /** When the ticket expires. */
  readonly expiresAt: Date
}

/** A new ticket with a code. */
export interface TicketWithCode extends Ticket {
  /** The digits. They open nothing without the token. */
  readonly code: string
}

/** Why a ticket was not taken. `unknown`: it was taken before, has no attempt left, or never existed. */
export type TicketRejection = 'malformed' | 'unknown' | 'expired' | 'wrong-code'

/** The data of a ticket, or why it was not taken. */
export type TicketResult<Data> =
  | { readonly valid: true; readonly data: Data }
  | {
      readonly valid: false
      readonly reason: TicketRejection
      /** With `wrong-code`: how many codes can still be tried. */
      readonly attemptsLeft?: number
    }

/** Tickets of one purpose. */
export interface Tickets<Data> {
  /**
   * Creates a ticket and resolves when the store has confirmed it.
   *
   * @param data What `take()` returns: plain JSON values, like attributes.
   * @returns Its token. Send it to the visitor, and do not store it.
   * @throws {AuthError} `AUTH_INVALID_ATTRIBUTES` when JSON cannot carry the data; nothing was stored.
   * @throws {AuthError} `AUTH_STORE_UNAVAILABLE` when the store did not confirm.
   */
  create(data: JsonAttributes<Data>): Promise<Ticket>
  /**
   * Takes a ticket: it is valid once. Of all concurrent calls with its token, one receives the data.
   * An expired ticket is taken too.
   *
   * @param token What the visitor sent: any value.
   * @throws {AuthError} `AUTH_STORE_UNAVAILABLE` when the store did not confirm: the ticket can have
   * been taken.
   */
  take(token: unknown): Promise<TicketResult<Data>>
  /**
   * Deletes expired tickets from the store, of every purpose: for a cron trigger. With
   * {@link purgeTickets}, `auth.deleteExpiredSessions()` does it too. A store whose engine deletes them by itself returns 0.
   *
   * @param options `limit`: how many at most. Default 1000.
   * @returns How many were deleted; fewer than `limit` means that there are no more.
   * @throws {AuthError} `AUTH_CONFIG` for a `limit` that is not a whole number above 0.
   */
  deleteExpired(options?: { readonly limit?: number | undefined }): Promise<number>
}

/** Tickets of one purpose that need a code besides the token. */
export interface TicketsWithCode<Data> extends Pick<Tickets<Data>, 'deleteExpired'> {
  /** As {@link Tickets.create}, with a code. */
  create(data: JsonAttributes<Data>): Promise<TicketWithCode>
  /**
   * Tries a code. Each call counts, also a concurrent one; after the last wrong code the ticket is
   * unknown. The right code takes the ticket, once.
   *
   * @param token The token: for example of a cookie, so that only the browser that asked can try codes.
   * @param code The code: for example from a form or a link.
   */
  take(token: unknown, code: unknown): Promise<TicketResult<Data>>
}

/**
 * Creates and takes tickets of one purpose, with a code.
 *
 * @example
 * const codes = tickets(memoryTicketStore(), {
 *   purpose: 'email-code',
 *   expiresInMs: 600_000,
 *   code: { digits: 6, attempts: 5 },
 * })
 * const { token, code } = await codes.create({ email: 'ada@example.com' })
 * await codes.take(token, code)
 * // { valid: true, data: { email: 'ada@example.com' } }
 */
export function tickets<Data extends object = object>(
  store: TicketStore,
  options: TicketOptions & { readonly code: TicketCode },
): TicketsWithCode<Data>
/**
 * Creates and takes tickets of one purpose.
 *
 * @param store Where tickets are stored: what `d1TicketStore()`, `sqlTicketStore()` and the others return.
 * @param options The purpose, how long a ticket is valid, and whether it needs a code.
 * @returns The calls. They have no state of their own.
 * @throws {AuthError} `AUTH_CONFIG` for an option that does not fit, or is missing.
 *
 * @example
 * const resets = tickets(memoryTicketStore(), { purpose: 'password-reset', expiresInMs: 900_000 })
 * const { token } = await resets.create({ userId: 'ada' })
 * await resets.take(token)
 * // { valid: true, data: { userId: 'ada' } }
 * await resets.take(token)
 * // { valid: false, reason: 'unknown' }
 */
export function tickets<Data extends object = object>(
  store: TicketStore,
  options: TicketOptions & { readonly code?: undefined },
): Tickets<Data>
export function tickets<Data extends object>(
  store: TicketStore,
  options: TicketOptions,
): Tickets<Data> | TicketsWithCode<Data> {
  checkOption(isTicketStore(store), 'tickets(): store', TICKET_STORE_FORM, kindOf(store))
  checkOption(isObject(options), 'tickets(): options', OBJECT_FORM, kindOf(options))
  const { purpose, expiresInMs, code: codes, now } = checkOptions('tickets(): ', options, RULES)
  const code = codes && checkOptions('tickets(): code.', codes, CODE_RULES)
  const sha256 = platformSha256()
  const time = () => Number(now ? now() : Date.now())
  // With and without a code are different purposes: no call can leave the code out.
  const idOf = (token: string) => sha256(`${code ? 'code' : 'token'}:${token}:${purpose}`)
  const codeHashOf = (token: string, digits: string) => sha256(`${digits}:${token}:${purpose}`)

  return {
    async create(data: JsonAttributes<Data>) {
      const stored = newAttributes(data, 'data')
      const token = randomText(SECRET_BYTES)
      const digits = code && randomDigits(code.digits)
      const expiresAt = time() + expiresInMs
      await called('put', {
        id: await idOf(token),
        codeHash: digits ? await codeHashOf(token, digits) : '',
        attemptsLeft: code?.attempts ?? 0,
        expiresAt,
        data: stored,
      })
      const ticket = { token, expiresAt: new Date(expiresAt) }
      return digits ? { ...ticket, code: digits } : (ticket as TicketWithCode)
    },

    async take(token: unknown, given?: unknown) {
      if (typeof token !== 'string' || !/^[\w-]{43}$/.test(token)) return rejected('malformed')
      const id = await idOf(token)
      if (code) {
        const digits = typeof given === 'string' ? given.replace(/[\s-]/g, '') : ''
        // What cannot be a code, such as five digits of six, costs no attempt.
        if (digits.length !== code.digits || /\D/.test(digits)) return rejected('malformed')
        // The attempt is counted before the code is compared: concurrent guesses all count.
        const tried = await called('attempt', id)
        if (!tried) return rejected('unknown')
        if (isExpired(tried)) return rejected('expired')
        if (!sameHash(await codeHashOf(token, digits), tried.codeHash)) {
          return { ...rejected('wrong-code'), attemptsLeft: tried.attemptsLeft }
        }
      }
      const taken = await called('take', id)
      if (!taken) return rejected('unknown')
      return isExpired(taken)
        ? rejected('expired')
        : { valid: true as const, data: taken.data as Data }
    },

    async deleteExpired(given) {
      const { limit = 1000 } = given ?? {}
      checkOption(isCount(limit), 'deleteExpired(): limit', LIMIT_FORM, shown(limit))
      return store.deleteExpired ? called('deleteExpired', { now: time(), limit }) : 0
    },
  }

  function isExpired({ expiresAt }: TicketRecord): boolean {
    return !(time() < expiresAt)
  }

  /** Calls the store. Its failure becomes an {@link AuthError}, never a wrong code. */
  async function called<Call extends keyof TicketStore>(
    call: Call,
    argument: Parameters<Required<TicketStore>[Call]>[0],
  ): Promise<Awaited<ReturnType<Required<TicketStore>[Call]>>> {
    try {
      const method = store[call] as (given: unknown) => ReturnType<Required<TicketStore>[Call]>
      return await method.call(store, argument)
    } catch (cause) {
      if (isAuthError(cause)) throw cause
      throw new AuthError('AUTH_STORE_UNAVAILABLE', ticketStoreFailed(call), { cause })
    }
  }
}

/**
 * An extension for `limen()`: `auth.deleteExpiredSessions()`, and so the cron trigger of
 * `@limen/workers`, deletes expired tickets too. A store whose engine deletes them by itself needs none.
 *
 * @param store The store of the tickets.
 * @throws {AuthError} `AUTH_CONFIG` when it is not one.
 *
 * @example
 * const ticketStore = memoryTicketStore()
 * const auth = limen({ store: memoryStore(), extensions: [purgeTickets(ticketStore)] })
 * await auth.deleteExpiredSessions()
 * // 0
 */
export function purgeTickets(store: TicketStore): (settings: ExtensionSettings) => {
  readonly store: ExtensionSettings['store']
} {
  checkOption(isTicketStore(store), 'purgeTickets(): store', TICKET_STORE_FORM, kindOf(store))
  return ({ store: sessions }) => {
    const deleteExpired: TicketStore['deleteExpired'] = async ({ now, limit }) => {
      const deleted = (await sessions.deleteExpired?.({ now, limit })) ?? 0
      // The limit holds for sessions and tickets together: sessions first.
      if (deleted >= limit) return deleted
      return deleted + ((await store.deleteExpired?.({ now, limit: limit - deleted })) ?? 0)
    }
    return { store: withCalls(sessions, { deleteExpired }) }
  }
}

const RULES: Readonly<Record<keyof TicketOptions, OptionRule>> = {
  purpose: [
    (purpose) => typeof purpose === 'string' && /^[\w./-]{1,64}$/.test(purpose),
    PURPOSE_FORM,
    true,
  ],
  expiresInMs: [(ms) => isWhole(ms, 1000, 31 * DAY), EXPIRES_IN_FORM, true],
  code: OBJECT,
  now: SYNC_FUNCTION,
}

const CODE_RULES: Readonly<Record<keyof TicketCode, OptionRule>> = {
  digits: [(digits) => isWhole(digits, 6, 40), DIGITS_FORM, true],
  attempts: [(attempts) => isWhole(attempts, 1, 10), ATTEMPTS_FORM, true],
}

function isWhole(value: unknown, from: number, to: number): boolean {
  return Number.isInteger(value) && (value as number) >= from && (value as number) <= to
}

function isTicketStore(store: unknown): boolean {
  return ['put', 'take', 'attempt'].every((call) => hasMethod(store, call))
}

function rejected(reason: TicketRejection): { readonly valid: false; reason: TicketRejection } {
  return { valid: false, reason }
}

/** Random digits, each with the same probability. */
function randomDigits(count: number): string {
  let digits = ''
  while (digits.length < count) {
    for (const byte of crypto.getRandomValues(new Uint8Array(count))) {
      // 250 is the largest multiple of 10 that fits a byte: the rest would make small digits likelier.
      if (byte < 250 && digits.length < count) digits += byte % 10
    }
  }
  return digits
}
