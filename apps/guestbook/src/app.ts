/** The guestbook: its middleware and its pages. */
import { authenticate } from '@limen/hono'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'
import { attacker } from './attacker.tsx'
import { type AppEnv, authOf } from './auth.ts'
import { book } from './book.tsx'
import { boundDevice } from './bound-device.tsx'
import { confirm } from './confirm.tsx'
import { devices } from './devices.tsx'
import { failure, notFound } from './failure.tsx'
import { originGuard } from './origin-guard.tsx'
import { refusals } from './refusals.tsx'
import { bookHeaders } from './security-headers.ts'
import { signIn } from './sign-in.tsx'
import { signOut } from './sign-out.tsx'
import { signUp } from './sign-up.tsx'
import { isAttackerSite } from './site.ts'
import { yourAccount } from './your-account.tsx'
import { yourPassphrase } from './your-passphrase.tsx'

export const app = new Hono<AppEnv>()

app.use(async (c, next) => (isAttackerSite(c.req.url) ? attacker.fetch(c.req.raw) : next()))
app.use(bookHeaders)
app.use(authenticate(authOf))
app.use(async (c, next) => {
  await next()
  // Limen deletes no cookie on localhost, because another app could have set it. Our cookie's name is unique.
  const isNavigation = c.req.method === 'GET' && c.req.header('Sec-Fetch-Mode') === 'navigate'
  if (c.var.wasSignedOut && isNavigation) c.var.auth.setSession(null)
})
app.use(originGuard)
app.use(
  bodyLimit({
    maxSize: 16 * 1024,
    onError: () => {
      throw new HTTPException(413, { message: 'The form is too large.' })
    },
  }),
)

const pages = [
  book,
  signUp,
  signIn,
  signOut,
  yourAccount,
  yourPassphrase,
  confirm,
  devices,
  boundDevice,
  refusals,
]
for (const routes of pages) app.route('/', routes)

app.notFound(notFound)
app.onError(failure)
