import { type CaseAdapter, type CaseAuth, adapterSuite } from '@limen/conformance'
import type { InferSession } from '@limen/core'
import { authenticate } from '@limen/sveltekit'
import { redirect } from '@sveltejs/kit'
import { describe, it } from 'vitest'
import { type Hook, kit } from '../test/kit.ts'

type CaseHook = Hook<InferSession<CaseAuth>>

const adapter: CaseAdapter = {
  eager: true,
  thrown(response) {
    try {
      redirect(303, response.headers.get('Location')!, { external: true })
    } catch (error) {
      return error
    }
  },
  serve(auth, handler, { between, ...options } = {}) {
    const hook: CaseHook = authenticate(auth, options)
    const cache: CaseHook = async ({ event, resolve }) => {
      await event.locals.auth.validate()
      const response = await resolve(event)
      between?.(response)
      return response
    }
    return kit(between ? [hook, cache, hook] : [hook], ({ locals }) => handler(locals.auth))
  },
}

/** There the app's own error handling gets SvelteKit's error: `authenticate.test.ts` has the case. */
const OWN_HANDLING = 'D8: a refused setSession() is 403 in the app’s own error handling'

describe('authenticate()', () => {
  const cases = adapterSuite(adapter).filter(({ name }) => !name.startsWith(OWN_HANDLING))
  it.each(cases)('$name', ({ run }) => run())
})
