/** Rate limits for attempts with a passphrase, with the bindings of the Workers runtime. */
import type { AppContext, PlainContext } from './auth.ts'

/**
 * Whether another attempt is allowed, for this account and from this address.
 *
 * @param account The key of its name, or its user's id; `null` to limit only the address.
 */
export async function mayAttempt(c: AppContext, account: string | null): Promise<boolean> {
  const { ATTEMPTS_BY_ADDRESS, ATTEMPTS_BY_NAME } = c.env
  const byAddress = await ATTEMPTS_BY_ADDRESS.limit({ key: addressOf(c) })
  if (!byAddress.success || account === null) return byAddress.success
  return (await ATTEMPTS_BY_NAME.limit({ key: account })).success
}

/** The client's IP address; for IPv6 the /64 network, because a client usually has a whole one. */
export function addressOf(c: PlainContext): string {
  const address = c.req.header('CF-Connecting-IP') ?? 'unknown'
  if (!address.includes(':')) return address
  const [start = ''] = address.split('::')
  return [...start.split(':'), '0', '0', '0', '0'].slice(0, 4).join(':')
}
