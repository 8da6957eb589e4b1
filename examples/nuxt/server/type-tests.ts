/** The types of `useAuth()` and `requireSession()`: vue-tsc checks this file, and nothing imports it. */
export default defineEventHandler(async (event) => {
  const session = await requireSession(event)
  const name: string = session.user.name
  // @ts-expect-error: not an attribute of the user
  void session.user.typo
  const isSession: typeof session | null = await useAuth(event).validate()
  return [name, isSession?.createdAt.getTime()]
})
