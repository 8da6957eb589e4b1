import { defineHandler } from 'nitro'
import { nameOf } from '../auth.ts'

export default defineHandler(async (event) => {
  const name = await nameOf(event)
  const headers = { ETag: '"v1"' }
  const isKnown = event.req.headers.get('If-None-Match') === '"v1"'
  return isKnown
    ? new Response(null, { status: 304, headers })
    : new Response(`who: ${name}`, { headers })
})
