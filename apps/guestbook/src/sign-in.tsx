/** Sign-in. A wrong name and a wrong passphrase get the same response in the same time. */
import { type Context, Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { findUser } from './account.ts'
import { mayAttempt } from './attempt.ts'
import type { AppContext, AppEnv } from './auth.ts'
import { Field, FormAlert, type Problems, RememberBox } from './field.tsx'
import { readForm } from './form.ts'
import { nameKey, parseName } from './name.ts'
import { nextPage, withNext } from './next-page.ts'
import { openSession } from './open-session.ts'
import { SIGNED_OUT, page } from './page.tsx'

interface SignInOptions {
  readonly status?: ContentfulStatusCode
  readonly name?: string
  /** Why the page is shown, if no field has a problem. */
  readonly problem?: string
  readonly problems?: Problems
  /** The page to open afterwards. */
  readonly next?: string
  /** Whether the box is checked. */
  readonly remember?: boolean
  /** The text of an entry that was not saved. It is shown so that it is not lost. */
  readonly draft?: string
}

/** The redirect deletes the cookie, so the sign-in page gets the reason in its address. */
export const SIGNED_OUT_REASON = 'signed-out'

export const signIn = new Hono<AppEnv>()

signIn.get('/sign-in', async (c) => {
  const next = nextPage(c.req.query('next'))
  if (await c.var.auth.validate()) return c.redirect(next, 303)
  const wasSignedOut = c.var.wasSignedOut || c.req.query('reason') === SIGNED_OUT_REASON
  return signInPage(c, { next, ...(wasSignedOut && { problem: SIGNED_OUT }) })
})

signIn.post('/sign-in', async (c) => {
  const form = await readForm(c)
  const name = form('name')
  const passphrase = form('passphrase')
  const next = nextPage(form('next'))
  const remember = form('remember') === 'on'
  if (!name.trim() || !passphrase) {
    const problems = {
      name: name.trim() ? null : 'Enter your name.',
      passphrase: passphrase ? null : 'Enter your passphrase.',
    }
    return signInPage(c, { status: 422, name, next, remember, problems })
  }
  const key = nameKey(parseName(name) ?? '')
  if (!(await mayAttempt(c, key))) {
    c.header('Retry-After', '60')
    const problem = 'Too many attempts. Wait a minute, then try again.'
    return signInPage(c, { status: 429, name, next, remember, problem })
  }
  const userId = await findUser(c.env.DB, key, passphrase)
  if (!userId) {
    // Either can be wrong. The focus goes to the passphrase, which must be entered again.
    const problems = { passphrase: 'The name or the passphrase is wrong.' }
    return signInPage(c, { status: 401, name, next, remember, problems })
  }
  await openSession(c, userId, remember)
  return c.redirect(next, 303)
})

/**
 * Answers a request that needs a session and has none: a GET with a redirect to the sign-in page, which
 * then leads back, and a form with the sign-in page itself.
 *
 * @param lost What did not happen, such as "nothing was changed".
 * @param next The page of the form.
 */
export function signInFirst(lost = '', next = '/', draft?: string) {
  return (c: AppContext & Pick<Context, 'redirect'>) => {
    if (c.req.method === 'POST') {
      const reason = c.var.wasSignedOut ? SIGNED_OUT : 'You are not signed in.'
      const problem = `${reason} Therefore ${lost}.`
      return signInPage(c, { status: 401, problem, next, ...(draft && { draft }) })
    }
    const { pathname, search } = new URL(c.req.url)
    const to = withNext('/sign-in', nextPage(pathname + search))
    return c.redirect(c.var.wasSignedOut ? `${to}&reason=${SIGNED_OUT_REASON}` : to, 303)
  }
}

/** The sign-in page, also in place of a page that needs a session. */
function signInPage(
  c: AppContext,
  { status = 200, name = '', problem, problems = {}, next = '/', remember, draft }: SignInOptions,
) {
  return page(
    c,
    { title: status === 200 ? 'Sign in' : 'Not signed in', status, isSignIn: true },
    <div class="sheet">
      <h1>Sign in</h1>
      <FormAlert problem={problem} problems={problems} />
      {draft && (
        <figure class="draft">
          <figcaption>Your entry, to copy after you signed in:</figcaption>
          <blockquote dir="auto">{draft}</blockquote>
        </figure>
      )}
      <form method="post" action="/sign-in" novalidate>
        {next !== '/' && <input type="hidden" name="next" value={next} />}
        <Field
          name="name"
          label="Name"
          problems={problems}
          value={name}
          autocomplete="username"
          autocapitalize="words"
          required
          dir="auto"
        />
        <Field
          name="passphrase"
          label="Passphrase"
          problems={problems}
          type="password"
          autocomplete="current-password"
          required
        />
        <RememberBox checked={remember} />
        <button>Sign in</button>
      </form>
      <p class="aside">
        No account yet? <a href={withNext('/sign-up', next)}>Sign up</a>
      </p>
    </div>,
  )
}
