/**
 * The Pages Router: `auth.handleRequest({ req, res })` in `getServerSideProps` and API routes.
 *
 * @module
 */
import type { CookieContext, Middleware } from '@limen/core'
import { type NodeOptions, node } from '@limen/node'

/** The request and response in `getServerSideProps`, or in an object that an API route makes of its own. */
export interface PagesContext {
  /** The request. */
  readonly req: Parameters<ReturnType<typeof node>>[0]
  /** The response. */
  readonly res: Parameters<ReturnType<typeof node>>[1]
}

/**
 * Makes `auth.handleRequest({ req, res })` work in the Pages Router, as the adapter of this name did in
 * Lucia. In the App Router, use `nextjs(auth)` of `@limen/nextjs`: its requests have no response.
 *
 * @param options `waitUntil`.
 * @returns The middleware for `limen({ middleware })`.
 *
 * @example
 * const auth = limen({ store: memoryStore(), middleware: nextjs() })
 *
 * async function getServerSideProps({ req, res }: GetServerSidePropsContext) {
 *   const session = await auth.handleRequest({ req, res }).validate()
 *   return { props: { userId: session?.user.userId ?? null } }
 * }
 */
export function nextjs(options?: NodeOptions): Middleware<[context: PagesContext], CookieContext> {
  const open = node(options)
  return ({ req, res }) => open(req, res)
}
