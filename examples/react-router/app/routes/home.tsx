import { Form, Link } from 'react-router'
import { getAuth } from '../auth.server.ts'
import type { Route } from './+types/home'

export async function loader(args: Route.LoaderArgs) {
  const session = await getAuth(args).validate()
  return { greeting: `who: ${session?.user.name ?? 'anonymous'}` }
}

export default function Home({ loaderData }: Route.ComponentProps) {
  return (
    <>
      <p>{loaderData.greeting}.</p>
      <Form id="sign-up" method="post" action="/sign-up">
        <input name="name" required />
        <button>Sign up</button>
      </Form>
      <Form id="sign-out" method="post" action="/sign-out">
        <button>Sign out</button>
      </Form>
      <Link to="/public">Public</Link>
    </>
  )
}
