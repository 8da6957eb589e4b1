import { getAuth } from '@limen/h3'
import type { APIEvent } from '@solidjs/start/server'
import { auth } from '../lib/auth'

export async function GET({ nativeEvent }: APIEvent) {
  await getAuth(auth, nativeEvent).validate()
  throw new Error('broken')
}
