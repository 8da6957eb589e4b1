import { setTimeout } from 'node:timers/promises'
import { getAuth } from '@limen/h3'
import type { APIEvent } from '@solidjs/start/server'
import { auth } from '../lib/auth'

export function GET({ nativeEvent }: APIEvent) {
  const request = getAuth(auth, nativeEvent)
  return new Response(
    new ReadableStream({
      async start(controller) {
        controller.enqueue(new TextEncoder().encode('who: '))
        await setTimeout(20)
        const session = await request.validate()
        controller.enqueue(new TextEncoder().encode(session?.user.name ?? 'anonymous'))
        controller.close()
      },
    }),
  )
}
