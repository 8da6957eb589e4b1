import { setTimeout } from 'node:timers/promises'

export default defineEventHandler(async (event) => {
  const session = await useAuth(event).validate()
  return sendIterable(event, parts(session?.user.name ?? 'anonymous'))
})

async function* parts(name: string) {
  yield 'who: '
  await setTimeout(20)
  yield name
}
