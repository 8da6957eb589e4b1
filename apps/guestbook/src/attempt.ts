/** Slows down guessing, with the rate limits that the Workers runtime counts. */
import type { AppContext, PlainContext } from './auth.ts'

/** Whether one more attempt to sign in may be made, for this name and from this address. */
export async function mayAttempt(c: AppContext, nameKey: string | null): Promise<boolean> {
  const { ATTEMPTS_BY_ADDRESS, ATTEMPTS_BY_NAME } = c.env
  const byAddress = await ATTEMPTS_BY_ADDRESS.limit({ key: addressOf(c) })
  if (!byAddress.success || nameKey === null) return byAddress.success
  return (await ATTEMPTS_BY_NAME.limit({ key: nameKey })).success
}

/** The client's address as Cloudflare saw it; of IPv6 the network, since one client has all of it. */
export function addressOf(c: PlainContext): string {
  const address = c.req.header('CF-Connecting-IP') ?? 'unknown'
  if (!address.includes(':')) return address
  const [start = ''] = address.split('::')
  return [...start.split(':'), '0', '0', '0', '0'].slice(0, 4).join(':')
}
