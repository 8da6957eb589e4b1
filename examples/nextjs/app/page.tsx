import Link from 'next/link'
import { getSession } from '../lib/auth.ts'
import { signOut, signUp } from './actions.ts'

export async function generateMetadata() {
  const session = await getSession()
  return { title: session ? `Hello ${session.user.name}` : 'Welcome' }
}

export default async function Page() {
  const session = await getSession()
  return (
    <>
      <p>who: {session?.user.name ?? 'anonymous'}.</p>
      <form id="sign-up" action={signUp}>
        <input name="name" required />
        <button>Sign up</button>
      </form>
      <form id="sign-out" action={signOut}>
        <button>Sign out</button>
      </form>
      <Link href="/public">Public</Link>
    </>
  )
}
