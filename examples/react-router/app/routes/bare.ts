/** For the benchmark: without a session. */
export function loader(): Response {
  return Response.json({ who: 'Ada' })
}
