/** The app under test on Deno, with its sessions in Deno KV. */
import { denoKvStore, withAuth } from '@limen/deno'
import { answerLab, openPolicies, share, type Visit } from './app.ts'

const store = denoKvStore(await Deno.openKv(':memory:'))

Deno.serve({ hostname: '127.0.0.1', port: 0 }, (request, info) => {
  const respond = openPolicies(request, store).reduceRight(
    (inner, { policy, auth }) =>
      (visits: Visit[]) =>
        withAuth(auth, (_request, _info, visit) =>
          inner([...visits, { policy, auth, request: visit }]),
        )(request, info),
    (visits: Visit[]) =>
      answerLab(request, visits, store, () => Deno.upgradeWebSocket(request).response),
  )
  return share(request, () => respond([]))
})
