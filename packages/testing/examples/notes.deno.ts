import { limen } from '@limen/core'
import { denoKvStore, withAuth } from '@limen/deno'
import { routeCases, signIn, withOutage } from '@limen/testing'

const store = denoKvStore<{ name: string }>(await Deno.openKv(':memory:'))
const auth = limen({ store, getUserAttributes: ({ name }) => ({ name }) })

const serve = (using: typeof auth) =>
  withAuth(using, async (_request, _info, authRequest) => {
    if (!authRequest.origin.trusted) return new Response('Forbidden', { status: 403 })

    const session = await authRequest.validate()

    return session ? Response.json(session.user) : new Response('Unauthorized', { status: 401 })
  })

const handler = serve(auth)
const outage = serve(limen({ store: withOutage(store) }))

const cases = routeCases({
  path: '/me',
  method: 'POST',
  visitor: () =>
    signIn(auth, { attributes: { name: 'Ada' }, fetch: (request) => handler(request, null) }),
  store,
  outage: (request) => outage(request, null),
})

for (const { name, run } of cases) Deno.test(name, run)
