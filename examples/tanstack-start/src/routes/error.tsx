import { createFileRoute } from '@tanstack/react-router'
import { createServerFn } from '@tanstack/react-start'
import { authMiddleware } from '../auth-middleware.ts'

const fail = createServerFn()
  .middleware([authMiddleware])
  .handler(async ({ context }): Promise<string> => {
    await context.auth.validate()
    throw new Error('broken on purpose')
  })

export const Route = createFileRoute('/error')({ loader: () => fail(), component: () => null })
