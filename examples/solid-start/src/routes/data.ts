import { getAuth } from '@limen/h3'
import type { APIEvent } from '@solidjs/start/server'
import { auth } from '../lib/auth'

export async function GET({ nativeEvent }: APIEvent) {
  const session = await getAuth(auth, nativeEvent).validate()
  return Response.json({ who: session?.user.name ?? 'anonymous' })
}
