import { createFileRoute, redirect } from '@tanstack/react-router'
import { createServerFn } from '@tanstack/react-start'
import { authMiddleware } from '../auth-middleware.ts'

const go = createServerFn()
  .middleware([authMiddleware])
  .handler(async ({ context }) => {
    await context.auth.validate()
    throw redirect({ to: '/public' })
  })

export const Route = createFileRoute('/redirect')({ loader: () => go() })
