/** Limits attempts: of one client on all addresses, and of all clients on one address. */
import type { Context } from 'hono'
import type { Site } from './site.ts'

/** The text for a visitor who must wait. */
export const TOO_MANY_ATTEMPTS = 'Too many attempts. Wait a minute, then try again.'

/**
 * Counts an attempt.
 *
 * @param account What is attacked, such as the e-mail address of a sign-in. Leave it out where it is not
 * one account, such as at a sign-up.
 * @returns Whether the attempt is allowed. If it is not, the response gets the header `Retry-After`.
 */
export async function mayAttempt(site: Site, c: Context, account?: string): Promise<boolean> {
  const isAllowed =
    (await site.limit(`client:${networkOf(site.clientOf(c))}`)) &&
    (account === undefined || (await site.limit(`account:${account}`)))
  if (!isAllowed) c.header('Retry-After', '60')
  return isAllowed
}

/** An IPv4 address as it is; of an IPv6 address the /64 network, because a client usually has a whole one. */
export function networkOf(address: string): string {
  // A socket for both versions shows IPv4 in this form.
  const v4 = address.replace(/^::ffff:(?=[\d.]+$)/, '')
  if (!v4.includes(':')) return v4
  const [start = ''] = address.split('::')
  return [...start.split(':'), '0', '0', '0', '0'].slice(0, 4).join(':')
}
