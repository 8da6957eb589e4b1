import { authenticate } from '@limen/sveltekit'
import { sequence } from '@sveltejs/kit/hooks'
import { auth } from '../src/lib/server/auth.ts'

const limen = sequence(authenticate(auth))

/** One route without Limen. */
export const handle: typeof limen = (input) =>
  input.event.url.pathname === '/bare' ? input.resolve(input.event) : limen(input)
