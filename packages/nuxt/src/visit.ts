/** Finds the request of the browser behind an event of h3 v1. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { H3Event } from 'h3'

/** A request and its response, as h3 has them. */
export interface NodePair {
  readonly req: IncomingMessage
  readonly res: ServerResponse
}

/** How an event is related to the request of the browser. */
interface Visit {
  /** The event's own request and response, before a cache replaced them. */
  readonly own: NodePair
  /** Those of the browser: `useFetch()` during server-side rendering calls a route without a connection. */
  readonly outer: NodePair
}

// On the context, which Nitro passes to inner requests. It has no session: caches share the context
// between visitors.
const VISIT: unique symbol = Symbol.for('limen.nuxt.visit')

type Context = { [VISIT]?: Visit }

/** Records the request of an event, before any cache replaces it. */
export function beginVisit({ node, context }: H3Event): void {
  const own = { req: node.req, res: node.res }
  // Nitro's internal way to give an inner request the context of its caller.
  const caller = (node.req as { __unenv__?: Context }).__unenv__
  ;(context as Context)[VISIT] = { own, outer: caller?.[VISIT]?.outer ?? own }
}

/** Returns the request and response of the browser. */
export function outerOf({ node, context }: H3Event): NodePair {
  return (context as Context)[VISIT]?.outer ?? node
}

/** Whether a cache has replaced the request, so that the response is stored for other visitors. */
export function isCached({ node, context }: H3Event): boolean {
  const visit = (context as Context)[VISIT]
  return visit !== undefined && visit.own.req !== node.req
}
