/** For the benchmark: without Limen. */
export function GET(): Response {
  return Response.json({ who: 'Ada' })
}
