import { getSession } from '../lib/auth.ts'

/** Dynamic, below `<Suspense>`: the rest of the page is prerendered. */
export async function Who() {
  const session = await getSession()
  return <p>who: {session?.user.name ?? 'anonymous'}.</p>
}
