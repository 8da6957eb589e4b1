/**
 * Codes in e-mails. A code is valid once, for ten minutes, and only in the browser that asked for it:
 * that browser has the ticket's token in a cookie, and the e-mail has only the code.
 */
import { type TicketResult, tickets } from '@limen/core/tickets'
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { CodeTexts } from './email-code-pages.ts'
import type { Site } from './site.ts'

/** What a ticket stores of the request for its code. */
interface Asked {
  readonly email: string
  /** The page to open afterwards. It was checked before the ticket was created. */
  readonly next: string
}

/** Codes of one purpose. */
export interface EmailCodes {
  /** Sends a code, and binds it to this browser in place of an older one. */
  readonly send: (c: Context, asked: Asked) => Promise<void>
  /** Whether this browser asked for a code in the last ten minutes. */
  readonly isAskedHere: (c: Context) => boolean
  /** Tries a code. The right one is taken. */
  readonly take: (c: Context, code: string) => Promise<TicketResult<Asked>>
}

const DIGITS = 6
const ATTEMPTS = 5
const MINUTES = 10

/** Creates the functions. The purpose is also the name of the cookie. */
export function emailCodes(site: Site, { purpose, path, subject }: CodeTexts): EmailCodes {
  const { auth, origin, sendMail } = site
  const codes = tickets<Asked>(site.tickets, {
    purpose,
    expiresInMs: MINUTES * 60_000,
    code: { digits: DIGITS, attempts: ATTEMPTS },
    now: () => auth.now(),
  })
  const tokenOf = (c: Context) => getCookie(c, purpose, 'host')
  return { send, take, isAskedHere: (c) => Boolean(tokenOf(c)) }

  async function send(c: Context, asked: Asked): Promise<void> {
    const { token, code } = await codes.create(asked)
    // Of the site's own origin: a visitor can set the Host header, and the user would open that host.
    const link = `${origin}${path}/code?code=${code}`
    await sendMail({ to: asked.email, subject, text: textOf(code, link) })
    const flags = { httpOnly: true, secure: true, sameSite: 'Lax', path: '/' } as const
    setCookie(c, purpose, token, { prefix: 'host', ...flags, maxAge: MINUTES * 60 })
  }

  async function take(c: Context, code: string): Promise<TicketResult<Asked>> {
    const token = tokenOf(c)
    if (!token) return { valid: false, reason: 'unknown' }
    const result = await codes.take(token, code)
    const canTryAgain = !result.valid && (result.reason === 'malformed' || result.attemptsLeft)
    if (!canTryAgain) deleteCookie(c, purpose, { prefix: 'host', secure: true, path: '/' })
    return result
  }
}

function textOf(code: string, link: string): string {
  return `Your code is ${code}

Type it where you asked for it, or open this link in the same browser:
${link}

It is valid for ${MINUTES} minutes. If you did not ask for it, ignore this e-mail.
Do not give the code to anybody, and type it only on our site.`
}
