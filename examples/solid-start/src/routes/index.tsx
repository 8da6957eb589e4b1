import { createAsync } from '@solidjs/router'
import { nameOfUser, signOut, signUp } from '../lib/session'

export default function Home() {
  const name = createAsync(() => nameOfUser())
  return (
    <main>
      <p>who: {name()}.</p>
      <form id="sign-up" method="post" action={signUp}>
        <input name="name" required />
        <button>Sign up</button>
      </form>
      <form id="sign-out" method="post" action={signOut}>
        <button>Sign out</button>
      </form>
      <a href="/public">Public</a>
    </main>
  )
}
