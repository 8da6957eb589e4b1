/** Limits e-mails: to one address, and at the request of one client. */
import type { Context } from 'hono'
import { mayAttempt, networkOf } from './attempts.ts'
import type { Site } from './site.ts'

/** How many e-mails go to one address in an hour. With five attempts each, a code is not found by guessing. */
export const MAILS_TO_ADDRESS = 5
/** How many e-mails one client can cause in an hour. */
export const MAILS_OF_CLIENT = 20

/** The text for a visitor who must wait. */
export const TOO_MANY_MAILS = 'Too many e-mails. Wait an hour, then ask again.'

/**
 * Counts an e-mail.
 *
 * @returns Whether it can be sent. If not, the response gets the header `Retry-After`.
 */
export async function mayMail(site: Site, c: Context, email: string): Promise<boolean> {
  if (!(await mayAttempt(site, c))) return false
  const isAllowed =
    (await site.countMail(`client:${networkOf(site.clientOf(c))}`)) <= MAILS_OF_CLIENT &&
    (await site.countMail(`address:${email}`)) <= MAILS_TO_ADDRESS
  if (!isAllowed) c.header('Retry-After', '3600')
  return isAllowed
}
