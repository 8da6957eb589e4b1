import { authenticate, requireOrigin } from '@limen/h3'
import { createMiddleware } from '@solidjs/start/middleware'
import { auth } from './lib/auth'

/** Pages that no visitor's session changes. */
const PUBLIC = ['/public', '/static']

export default createMiddleware([
  authenticate(auth, { eager: ({ url }) => !PUBLIC.includes(url.pathname) }),
  requireOrigin(auth),
])
