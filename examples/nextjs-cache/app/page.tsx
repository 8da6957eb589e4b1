import { Suspense } from 'react'
import { Who } from './who.tsx'

export default function Page() {
  return (
    <>
      <h1>prerendered</h1>
      <Suspense fallback="…">
        <Who />
      </Suspense>
    </>
  )
}
