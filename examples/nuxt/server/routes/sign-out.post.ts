export default defineEventHandler(async (event) => {
  const session = await useAuth(event).validate()
  if (session) await auth.invalidateSession(session.sessionId)
  useAuth(event).setSession(null)
  return sendRedirect(event, '/', 303)
})
