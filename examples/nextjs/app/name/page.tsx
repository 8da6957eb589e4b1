import { getAuthRequest, getPageRequest } from '../../lib/auth.ts'
import { rename } from '../actions.ts'

/** What a page must not do: it reports the errors. */
export default async function Page() {
  const pageRequest = await getPageRequest()
  const session = await pageRequest.validate()
  const codes = await Promise.all([
    codeOf(async () =>
      (pageRequest as Awaited<ReturnType<typeof getAuthRequest>>).setSession(null),
    ),
    codeOf(async () => (await getAuthRequest()).setSession(null)),
  ])
  return (
    <form action={rename}>
      <p>
        who: {session?.user.name ?? 'anonymous'}. codes: {codes.join(' ')}.
      </p>
      <button>Rename</button>
    </form>
  )
}

async function codeOf(act: () => Promise<void>): Promise<string> {
  return act().then(
    () => 'none',
    (error: { code: string }) => error.code,
  )
}
