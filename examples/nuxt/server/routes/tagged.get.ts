export default defineEventHandler(async (event) => {
  const session = await useAuth(event).validate()
  setHeader(event, 'ETag', '"v1"')
  if (getHeader(event, 'If-None-Match') === '"v1"') return sendNoContent(event, 304)
  return `who: ${session?.user.name ?? 'anonymous'}`
})
