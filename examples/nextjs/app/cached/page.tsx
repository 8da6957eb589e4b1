import { unstable_cache } from 'next/cache'
import { getSession } from '../../lib/auth.ts'

/** The same for all: inside the cache there is no request, so `getSession()` rejects. */
const greeting = unstable_cache(async () => {
  const session = await getSession().catch(() => null)
  return session?.user.name ?? 'anonymous'
}, ['greeting'])

export default async function Page() {
  const session = await getSession()
  return (
    <p>
      who: {await greeting()} {session ? 'signed in' : 'anonymous'}
    </p>
  )
}
