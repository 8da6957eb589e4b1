/** Rate limits for sign-in and sign-up, with the bindings of the Workers runtime. */
import type { AppContext, PlainContext } from './auth.ts'

/** Whether another attempt is allowed, for this name and from this address. */
export async function mayAttempt(c: AppContext, nameKey: string | null): Promise<boolean> {
  const { ATTEMPTS_BY_ADDRESS, ATTEMPTS_BY_NAME } = c.env
  const byAddress = await ATTEMPTS_BY_ADDRESS.limit({ key: addressOf(c) })
  if (!byAddress.success || nameKey === null) return byAddress.success
  return (await ATTEMPTS_BY_NAME.limit({ key: nameKey })).success
}

/** The client's IP address; for IPv6 the /64 network, because a client usually has a whole one. */
export function addressOf(c: PlainContext): string {
  const address = c.req.header('CF-Connecting-IP') ?? 'unknown'
  if (!address.includes(':')) return address
  const [start = ''] = address.split('::')
  return [...start.split(':'), '0', '0', '0', '0'].slice(0, 4).join(':')
}
