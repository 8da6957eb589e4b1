import { setTimeout } from 'node:timers/promises'

export default defineEventHandler((event) => sendIterable(event, parts(useAuth(event))))

async function* parts(request: ReturnType<typeof useAuth>) {
  yield 'who: '
  await setTimeout(20)
  yield (await request.validate())?.user.name ?? 'anonymous'
}
