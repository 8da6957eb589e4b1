import { defineHandler } from 'nitro'
import { nameOf } from '../auth.ts'

export default defineHandler(async (event) => {
  await nameOf(event)
  throw new Error('broken')
})
