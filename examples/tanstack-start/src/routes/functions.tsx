import { createFileRoute } from '@tanstack/react-router'
import { createServerFn } from '@tanstack/react-start'
import { authMiddleware } from '../auth-middleware.ts'
import { who } from '../who.ts'

const signOut = createServerFn({ method: 'POST' })
  .middleware([authMiddleware])
  .handler(({ context }) => {
    context.auth.setSession(null)
    return 'signed out'
  })

/** Shows the addresses of two server functions. */
export const Route = createFileRoute('/functions')({
  component: () => (
    <ul>
      <li data-name="who">{who.url}</li>
      <li data-name="signOut">{signOut.url}</li>
    </ul>
  ),
})
