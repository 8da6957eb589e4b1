import { setTimeout } from 'node:timers/promises'
import { defineHandler } from 'nitro'
import { nameOf } from '../auth.ts'

export default defineHandler((event) =>
  ReadableStream.from(
    (async function* () {
      yield new TextEncoder().encode('who: ')
      await setTimeout(20)
      yield new TextEncoder().encode(await nameOf(event))
    })(),
  ),
)
