import { getAuth } from '@limen/h3'
import { defineHandler } from 'nitro'
import { redirect } from 'nitro/h3'
import { auth } from '../auth.ts'

export default defineHandler(async (event) => {
  const request = getAuth(auth, event)
  const session = await request.validate()
  if (session) await auth.invalidateSession(session.sessionId)
  request.setSession(null)
  return redirect('/', 303)
})
