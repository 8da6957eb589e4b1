/** Sign in: a wrong name and a wrong passphrase get the same answer, after the same work. */
import { type Context, Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { findUser } from './account.ts'
import { mayAttempt } from './attempt.ts'
import type { AppContext, AppEnv } from './auth.ts'
import { Field, FormAlert, type Problems } from './field.tsx'
import { readForm } from './form.ts'
import { nameKey, parseName } from './name.ts'
import { nextPage, withNext } from './next-page.ts'
import { openSession } from './open-session.ts'
import { SIGNED_OUT, page } from './page.tsx'

interface SignInOptions {
  readonly status?: ContentfulStatusCode
  readonly name?: string
  /** Why the page is shown, where no field is to blame. */
  readonly problem?: string
  readonly problems?: Problems
  /** The page to go to afterwards. */
  readonly next?: string
  /** Words that could not be written into the book: they are shown, so that they are not lost. */
  readonly draft?: string
}

/** The first answer deletes the cookie, so the page after it cannot see why it was asked for. */
const SENT_HERE = 'signed-out'

export const signIn = new Hono<AppEnv>()

signIn.get('/sign-in', async (c) => {
  const next = nextPage(c.req.query('next'))
  if (await c.var.auth.validate()) return c.redirect(next, 303)
  const isSentHere = c.var.wasSignedOut || c.req.query('reason') === SENT_HERE
  return signInPage(c, { next, ...(isSentHere && { problem: SIGNED_OUT }) })
})

signIn.post('/sign-in', async (c) => {
  const form = await readForm(c)
  const name = form('name')
  const passphrase = form('passphrase')
  const next = nextPage(form('next'))
  if (!name.trim() || !passphrase) {
    const problems = {
      name: name.trim() ? null : 'Type your name.',
      passphrase: passphrase ? null : 'Type your passphrase.',
    }
    return signInPage(c, { status: 422, name, next, problems })
  }
  const key = nameKey(parseName(name) ?? '')
  if (!(await mayAttempt(c, key))) {
    c.header('Retry-After', '60')
    const problem = 'Too many attempts. Wait a minute, then try again.'
    return signInPage(c, { status: 429, name, next, problem })
  }
  const userId = await findUser(c.env.DB, key, passphrase)
  if (!userId) {
    // Both may be wrong; the passphrase is the one that must be typed again.
    const problems = { passphrase: 'That name and that passphrase do not belong together.' }
    return signInPage(c, { status: 401, name, next, problems })
  }
  await openSession(c, userId)
  return c.redirect(next, 303)
})

/**
 * For a request that needs a session and has none: a page to look at leads to the sign-in page and
 * from there back; a form is answered with the sign-in page at once.
 *
 * @param lost What did not happen: "nothing was changed".
 * @param next The page of the form.
 */
export function signInFirst(lost = '', next = '/', draft?: string) {
  return (c: AppContext & Pick<Context, 'redirect'>) => {
    if (c.req.method === 'POST') {
      const reason = c.var.wasSignedOut ? SIGNED_OUT : 'You are not signed in.'
      const problem = `${reason} So ${lost}.`
      return signInPage(c, { status: 401, problem, next, ...(draft && { draft }) })
    }
    const { pathname, search } = new URL(c.req.url)
    const to = withNext('/sign-in', nextPage(pathname + search))
    return c.redirect(c.var.wasSignedOut ? `${to}&reason=${SENT_HERE}` : to, 303)
  }
}

/** The sign-in page, also in place of a page that only those who are signed in may see. */
function signInPage(
  c: AppContext,
  { status = 200, name = '', problem, problems = {}, next = '/', draft }: SignInOptions,
) {
  return page(
    c,
    { title: status === 200 ? 'Sign in' : 'Not signed in', status, asksToSignIn: true },
    <div class="sheet">
      <h1>Sign in</h1>
      <FormAlert problem={problem} problems={problems} />
      {draft && (
        <figure class="draft">
          <figcaption>Your words, to keep until you are in:</figcaption>
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
        <button>Sign in</button>
      </form>
      <p class="aside">
        New here? <a href={withNext('/sign-up', next)}>Sign up</a>
      </p>
    </div>,
  )
}
