import { createFileRoute } from '@tanstack/react-router'
import { createServerFn } from '@tanstack/react-start'
import { sessionMiddleware } from '../session-middleware.ts'

const account = createServerFn()
  .middleware([sessionMiddleware])
  .handler(({ context }) => ({ name: context.session.user.name }))

export const Route = createFileRoute('/account')({
  loader: () => account(),
  component: Account,
})

function Account() {
  const { name } = Route.useLoaderData()
  return <p>who: {name}.</p>
}
