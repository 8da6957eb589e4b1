import { defineHandler } from 'nitro'
import { redirect } from 'nitro/h3'
import { nameOf } from '../auth.ts'

export default defineHandler(async (event) => {
  await nameOf(event)
  return redirect('/public')
})
