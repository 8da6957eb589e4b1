export default defineEventHandler(async (event) => {
  const session = await useAuth(event).validate()
  setCookie(event, 'seen', '1')
  setHeader(event, 'Cache-Control', 'public, max-age=60')
  return `who: ${session?.user.name ?? 'anonymous'}`
})
