export default defineEventHandler(async (event) => {
  const { name } = await readBody<{ name: string }>(event)
  const { userId } = await auth.createUser({ attributes: { name } })
  useAuth(event).setSession(await auth.createSession({ userId }))
  setCookie(event, 'theme', 'dark')
  return sendRedirect(event, '/', 303)
})
