import { limen } from '@limen/core'
import { authenticate } from '@limen/tanstack-start'
import { createFileRoute } from '@tanstack/react-router'
import { createMiddleware, createServerFn } from '@tanstack/react-start'
import { openStore } from 'driver/store'

/** Not in `requestMiddleware`: there is no response for its cookies. */
const aloneMiddleware = createMiddleware().server(({ request, next }) =>
  authenticate(limen({ store: openStore() }), request, (authRequest) =>
    next({ context: { alone: authRequest } }),
  ),
)

const alone = createServerFn()
  .middleware([aloneMiddleware])
  .handler(async ({ context }) => ((await context.alone.validate()) ? 'signed in' : 'anonymous'))

export const Route = createFileRoute('/alone')({
  loader: () => alone().catch((error: Error) => error.message),
  component: Alone,
})

function Alone() {
  return <p>{Route.useLoaderData()}</p>
}
