import { setTimeout } from 'node:timers/promises'
import { defineHandler } from 'nitro'
import { nameOf } from '../auth.ts'

export default defineHandler(async (event) => {
  const name = await nameOf(event)
  return ReadableStream.from(
    (async function* () {
      yield new TextEncoder().encode('who: ')
      await setTimeout(20)
      yield new TextEncoder().encode(name)
    })(),
  )
})
