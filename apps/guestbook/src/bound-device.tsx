/** Device-bound sessions: the route that browsers call, and a page that tries a copied cookie. */
import { requireSession } from '@limen/hono'
import { Hono } from 'hono'
import { type AppEnv, authFor, authOf } from './auth.ts'
import { page } from './page.tsx'
import { signInFirst } from './sign-in.tsx'

export const boundDevice = new Hono<AppEnv>()

boundDevice.post('/device', (c) => authFor(c.env).answerDevice(c.req.raw))

boundDevice.get(
  '/copied-cookie',
  requireSession(authOf, signInFirst('nothing was tried', '/copied-cookie')),
  async (c) => {
    const auth = authFor(c.env)
    const token = auth.readSessionCookie(c.req.raw) ?? ''
    // What a thief's browser sends: this cookie, and no proof.
    const cookie = auth.createSessionCookie(c.var.session)
    const request = new Request(c.req.url, { headers: { Cookie: `${cookie.name}=${token}` } })
    const result = await auth.validateToken({
      token,
      consistency: 'strong',
      request,
      mayRenew: () => false,
    })
    return page(
      c,
      { title: 'A copied cookie' },
      <div class="sheet">
        <h1>A copied cookie</h1>
        <p class="lead">
          The server has just validated a request with a copy of your session cookie, as another
          browser would send it.
        </p>
        {result.valid ? (
          <p class="notice" role="status">
            It opened your session: this session is not bound to a device. Chrome and Edge on
            Windows and macOS bind it, over https.
          </p>
        ) : (
          <p class="notice" role="status">
            It was refused ({result.reason}): this device is bound, and only its browser can prove
            it.
          </p>
        )}
        <p>
          A session that was bound in the last minute still opens: requests can be on their way.
        </p>
        <p class="actions">
          <a class="button" href="/devices">
            Your devices
          </a>
        </p>
      </div>,
    )
  },
)
