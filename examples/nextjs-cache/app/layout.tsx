import { type ReactNode, Suspense } from 'react'
import { Who } from './who.tsx'

export default function Layout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <Suspense fallback="…">
          <Who />
        </Suspense>
        {children}
      </body>
    </html>
  )
}
