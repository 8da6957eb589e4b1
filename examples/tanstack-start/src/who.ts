import { createServerFn } from '@tanstack/react-start'
import { authMiddleware } from './auth-middleware.ts'

export const who = createServerFn()
  .middleware([authMiddleware])
  .handler(async ({ context }) => {
    const session = await context.auth.validate()
    return { name: session?.user.name ?? 'anonymous' }
  })

/** For a page whose headers are sent before. */
export const later = createServerFn()
  .middleware([authMiddleware])
  .handler(async ({ context }) => {
    await new Promise((resolve) => setTimeout(resolve, 100))
    const session = await context.auth.validate()
    return { name: session?.user.name ?? 'anonymous' }
  })
