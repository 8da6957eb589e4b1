import { defineHandler } from 'nitro'
import { setCookie } from 'nitro/h3'
import { nameOf } from '../auth.ts'

export default defineHandler(async (event) => {
  const name = await nameOf(event)
  setCookie(event, 'seen', '1')
  event.res.headers.set('Cache-Control', 'public, max-age=60')
  return `who: ${name}`
})
