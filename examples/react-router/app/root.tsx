import type { ReactNode } from 'react'
import { Links, Meta, Outlet, Scripts } from 'react-router'
import type { Route } from './+types/root'
import { authMiddleware } from './auth.server.ts'

export const middleware: Route.MiddlewareFunction[] = [authMiddleware]

export function Layout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <Meta />
        <Links />
      </head>
      <body>
        {children}
        <Scripts />
      </body>
    </html>
  )
}

export function ErrorBoundary() {
  return <p>Something went wrong.</p>
}

export default function Root() {
  return <Outlet />
}
