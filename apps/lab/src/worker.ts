/** The app under test as a Worker, with its sessions in D1. */
import { d1Store, withAuth } from '@limen/workers'
import { type Visit, handleLab, openPolicies, withCors } from './app.ts'

interface Env {
  readonly DB: D1Database
}

export default {
  fetch(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
    const store = d1Store(env.DB)
    const respond = openPolicies(request, store).reduceRight(
      (inner, { policy, auth }) =>
        (visits: Visit[]) =>
          withAuth(auth, {
            fetch: (_request, _env, _ctx, visit) =>
              inner([...visits, { policy, auth, request: visit }]),
          }).fetch(request, env, ctx),
      (visits: Visit[]) => handleLab(request, visits, store, acceptWebSocket),
    )
    return withCors(request, () => respond([]))
  },
} satisfies ExportedHandler<Env>

function acceptWebSocket(): Response {
  const { 0: client, 1: server } = new WebSocketPair()
  server.accept()
  return new Response(null, { status: 101, webSocket: client })
}
