import type { APIRoute } from 'astro'

/** `requireOrigin` does not guard this endpoint. */
export const POST: APIRoute = ({ locals }) => {
  locals.auth.setSession(null)
  return new Response('signed out')
}
