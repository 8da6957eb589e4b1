import { getAuth } from '@limen/h3'
import { defineHandler } from 'nitro'
import { redirect, setCookie } from 'nitro/h3'
import { auth } from '../auth.ts'

export default defineHandler(async (event) => {
  const name = String((await event.req.formData()).get('name'))
  const { userId } = await auth.createUser({ attributes: { name } })
  getAuth(auth, event).setSession(await auth.createSession({ userId }))
  setCookie(event, 'theme', 'dark')
  return redirect('/', 303)
})
