import { error, redirect } from '@sveltejs/kit'
import { auth } from '#lib/server/auth.ts'
import type { Actions, PageServerLoad } from './$types'

export const load: PageServerLoad = async ({ locals }) => {
  const session = await locals.auth.validate()
  return { line: `who: ${session?.user.name ?? 'anonymous'}` }
}

export const actions: Actions = {
  async signUp({ cookies, locals, request }) {
    const name = (await request.formData()).get('name')
    if (typeof name !== 'string') error(400, 'name is missing')
    const { userId } = await auth.createUser({ attributes: { name } })
    locals.auth.setSession(await auth.createSession({ userId }))
    cookies.set('theme', 'dark', { path: '/' })
    redirect(303, '/')
  },

  async signOut({ locals }) {
    const session = await locals.auth.validate()
    if (session) await auth.invalidateSession(session.sessionId)
    locals.auth.setSession(null)
    redirect(303, '/')
  },
}
