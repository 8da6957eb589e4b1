export default defineEventHandler(async (event) => ({
  who: (await useAuth(event).validate())?.user.name ?? 'anonymous',
}))
