import { getSession } from '../../lib/auth.ts'

export default async function Page() {
  const [one, other] = await Promise.all([getSession(), getSession()])
  return (
    <p>
      who: {one?.user.name ?? 'anonymous'} <Again isSame={one === other} />
    </p>
  )
}

async function Again({ isSame }: { readonly isSame: boolean }) {
  const session = await getSession()
  return <>{isSame && session ? 'the same' : ''}</>
}
