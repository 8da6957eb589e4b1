export default defineCachedEventHandler(
  async (event) => ({ who: (await useAuth(event).validate())?.user.name ?? 'anonymous' }),
  { maxAge: 60 },
)
