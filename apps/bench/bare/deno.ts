/** Replaces @limen/deno. */
import type { BareStore, limen } from './core.ts'

interface Kv {
  getMany(keys: unknown[], options: object): Promise<{ value: object | null }[]>
}
type Handler = (request: Request, info: unknown, visit: unknown) => Response | Promise<Response>

export const withAuth =
  (auth: ReturnType<typeof limen>, handler: Handler) => (request: Request, info: unknown) =>
    handler(request, info, auth.openRequest(request))

export const denoKvStore = (kv: Kv): BareStore => ({
  async read(sessionId) {
    const route = sessionId.slice(0, 22)
    const keys = [
      ['limen', 'user', route],
      ['limen', 'session', route, sessionId],
    ]
    const [user, session] = await kv.getMany(keys, { consistency: 'eventual' })
    return user?.value && session?.value
      ? ({ user: user.value, session: session.value } as Awaited<ReturnType<BareStore['read']>>)
      : null
  },
})
