import type { NextFetchEvent, NextRequest } from 'next/server'
import { renewSession, requireOrigin } from './lib/auth.ts'

/** Refuses forms of other sites, and sends the cookie of a renewed session, which a page cannot. */
export function proxy(request: NextRequest, event: NextFetchEvent) {
  return requireOrigin(request) ?? renewSession(request, event)
}

// The pages that show the session. Route handlers do both themselves.
export const config = { matcher: ['/', '/twice', '/cached', '/error', '/about', '/name'] }
