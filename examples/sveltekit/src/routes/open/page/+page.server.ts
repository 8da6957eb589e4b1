import { who } from '#lib/server/who.ts'
import type { Actions } from './$types'

/** `requireOrigin` does not guard this page: its actions run for other sites too. */
export const actions: Actions = {
  /** Calls an endpoint of the app, which SvelteKit sends with the app's own `Origin`. */
  async fetching({ fetch, locals }) {
    const inner = await (await fetch('/open/me', { method: 'POST' })).text()
    return { line: `${await who(locals)}, ${inner}` }
  },

  signOut({ locals }) {
    locals.auth.setSession(null)
  },
}
