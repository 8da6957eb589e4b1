import { Link, createFileRoute } from '@tanstack/react-router'
import { who } from '../who.ts'

export const Route = createFileRoute('/')({
  loader: () => who(),
  component: Home,
})

function Home() {
  const { name } = Route.useLoaderData()
  return (
    <>
      <p>who: {name}.</p>
      <form id="sign-up" method="post" action="/sign-up">
        <input name="name" required />
        <button>Sign up</button>
      </form>
      <form id="sign-out" method="post" action="/sign-out">
        <button>Sign out</button>
      </form>
      <Link to="/public">Public</Link>
    </>
  )
}
