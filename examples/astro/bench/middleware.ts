import { authenticate } from '@limen/astro'
import type { MiddlewareHandler } from 'astro'
import { auth } from '../src/lib/auth.ts'

const limen: MiddlewareHandler = authenticate(auth)

/** One route without Limen. */
export const onRequest: MiddlewareHandler = (context, next) =>
  context.url.pathname === '/bare' ? next() : limen(context, next)
