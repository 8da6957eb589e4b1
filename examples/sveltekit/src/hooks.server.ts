import { authenticate } from '@limen/sveltekit'
import { auth } from '#lib/server/auth.ts'

export const handle = authenticate(auth, {
  requireOrigin: ({ url }) => !url.pathname.startsWith('/open/'),
})
