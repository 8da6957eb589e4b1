/** For the benchmark: what `/data` answers, without a session. */
export function GET() {
  return Response.json({ who: 'Ada' })
}
