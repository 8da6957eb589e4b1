import { Suspense } from 'react'
import { getSession } from '../../lib/auth.ts'

async function greeting(): Promise<string> {
  'use cache: private'
  const session = await getSession()
  return `Hello ${session?.user.name ?? 'anonymous'}`
}

async function Greeting() {
  return <p>{await greeting()}</p>
}

export default function Page() {
  return (
    <Suspense fallback="…">
      <Greeting />
    </Suspense>
  )
}
