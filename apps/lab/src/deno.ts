/** The app under test on Deno, with its sessions in Deno KV. */
import { denoKvStore, withAuth } from '@limen/deno'
import { handleLab, openPolicies, withCors, type Visit } from './app.ts'

const store = denoKvStore(await Deno.openKv(':memory:'))

Deno.serve((request, info) => {
  const respond = openPolicies(request, store).reduceRight(
    (inner, { policy, auth }) =>
      (visits: Visit[]) =>
        withAuth(auth, (_request, _info, visit) =>
          inner([...visits, { policy, auth, request: visit }]),
        )(request, info),
    (visits: Visit[]) =>
      handleLab(request, visits, store, () => Deno.upgradeWebSocket(request).response),
  )
  return withCors(request, () => respond([]))
})
