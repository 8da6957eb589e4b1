/** The page to sign in. */
import { Hono } from 'hono'
import { nextPage } from './next-page.ts'
import { signInPage } from './sign-in-page.ts'
import type { SiteEnv } from './site.ts'

/** `/sign-in`. Other files have what its forms and links open. */
export function signIn(): Hono<SiteEnv> {
  const app = new Hono<SiteEnv>()
  app.get('/sign-in', (c) => signInPage(c, { next: nextPage(c.req.query('next')) }))
  return app
}
