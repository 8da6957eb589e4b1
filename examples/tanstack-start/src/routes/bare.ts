import { createFileRoute } from '@tanstack/react-router'

/** For the benchmark: without a session. */
export const Route = createFileRoute('/bare')({
  server: { handlers: { GET: () => Response.json({ who: 'Ada' }) } },
})
