import { getAuth } from '@limen/h3'
import type { APIEvent } from '@solidjs/start/server'
import { auth } from '../lib/auth'

export async function GET({ nativeEvent }: APIEvent) {
  const session = await getAuth(auth, nativeEvent).validate()
  const headers = { 'Cache-Control': 'public, max-age=60', 'Set-Cookie': 'seen=1; Path=/' }
  return new Response(`who: ${session?.user.name ?? 'anonymous'}`, { headers })
}
