import { createFileRoute } from '@tanstack/react-router'

/** Prerendered. */
export const Route = createFileRoute('/static')({
  component: () => <p>the same for all</p>,
})
