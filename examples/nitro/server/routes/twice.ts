import { defineHandler } from 'nitro'
import { nameOf } from '../auth.ts'

export default defineHandler(async (event) => {
  const [one, other] = await Promise.all([nameOf(event), nameOf(event)])
  return one === other ? `who: ${one}` : 'two answers'
})
