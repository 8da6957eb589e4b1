import { getAuth } from '@limen/h3'
import type { APIEvent } from '@solidjs/start/server'
import { auth } from '../lib/auth'

export async function GET({ nativeEvent, request }: APIEvent) {
  const session = await getAuth(auth, nativeEvent).validate()
  const headers = { ETag: '"v1"' }
  return request.headers.get('If-None-Match') === '"v1"'
    ? new Response(null, { status: 304, headers })
    : new Response(`who: ${session?.user.name ?? 'anonymous'}`, { headers })
}
