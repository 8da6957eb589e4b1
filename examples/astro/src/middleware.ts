import { authenticate } from '@limen/astro'
import type { MiddlewareHandler } from 'astro'
import { auth } from './lib/auth.ts'

export const onRequest: MiddlewareHandler = authenticate(auth, {
  eager: ({ url }) => url.pathname !== '/public',
  requireOrigin: ({ url }) =>
    !url.pathname.startsWith('/open/') && !url.pathname.startsWith('/_actions/open'),
})
