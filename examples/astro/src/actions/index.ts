import { defineAction } from 'astro:actions'
import { auth } from '../lib/auth.ts'
import { who } from '../lib/who.ts'

export const server = {
  who: defineAction({ handler: (_, { locals }) => who(locals) }),

  /** `requireOrigin` does not guard this action: it runs for other sites too. */
  openSignOut: defineAction({
    async handler(_, { locals }) {
      const session = await locals.auth.validate()
      if (session) await auth.invalidateSession(session.sessionId)
      locals.auth.setSession(null)
    },
  }),
}
