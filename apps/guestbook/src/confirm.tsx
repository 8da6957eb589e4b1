/** Step-up: the user enters the passphrase again before a sensitive action, and gets a new session. */
import { requireSession } from '@limen/hono'
import { type Context, Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { isPassphraseOf } from './account.ts'
import { mayAttempt } from './attempt.ts'
import { type AppContext, type AppEnv, authFor, authOf, RECENT_MINUTES } from './auth.ts'
import { Field, FormAlert, type Problems } from './field.tsx'
import { readForm } from './form.ts'
import { nextPage, withNext } from './next-page.ts'
import { page } from './page.tsx'
import { signInFirst } from './sign-in.tsx'

interface ConfirmOptions {
  /** The page to open afterwards. */
  readonly next: string
  readonly status?: ContentfulStatusCode
  /** Why the page is shown again, if the field has no problem. */
  readonly problem?: string
  readonly problems?: Problems
}

export const confirm = new Hono<AppEnv>()

confirm.get('/confirm', requireSession(authOf, signInFirst()), (c) =>
  confirmPage(c, { next: nextPage(c.req.query('next')) }),
)

confirm.post('/confirm', async (c) => {
  const form = await readForm(c)
  const passphrase = form('passphrase')
  const next = nextPage(form('next'))
  const session = await c.var.auth.validate()
  if (!session) return signInFirst('nothing was changed', next)(c)
  if (!passphrase) {
    const problems = { passphrase: 'Enter your passphrase.' }
    return confirmPage(c, { status: 422, next, problems })
  }
  const { userId } = session.user
  if (!(await mayAttempt(c, userId))) {
    c.header('Retry-After', '60')
    const problem = 'Too many attempts. Wait a minute, then try again.'
    return confirmPage(c, { status: 429, next, problem })
  }
  if (!(await isPassphraseOf(c.env.DB, userId, passphrase))) {
    const problems = { passphrase: 'This is not your passphrase.' }
    return confirmPage(c, { status: 401, next, problems })
  }
  // A new id and a new cookie: a copy of the old cookie is not recent, and opens nothing any more.
  c.var.auth.setSession(await authFor(c.env).replaceSession(session))
  return c.redirect(next, 303)
})

/**
 * Answers a request that needs a recent sign-in and has none: a GET with a redirect to the page that
 * asks for the passphrase, and a form with that page itself. Without a session, the user signs in.
 *
 * @param lost What did not happen, such as "nothing was changed".
 * @param next The page to open afterwards.
 */
export function confirmFirst(lost: string, next: string) {
  return (c: AppContext & Pick<Context, 'redirect'> & { readonly var: { session?: unknown } }) => {
    if (!c.var.session) return signInFirst(lost, next)(c)
    if (c.req.method !== 'POST') return c.redirect(withNext('/confirm', next), 303)
    return confirmPage(c, { status: 401, next, problem: `Too late: ${lost}.` })
  }
}

function confirmPage(
  c: AppContext,
  { status = 200, problem, problems = {}, next }: ConfirmOptions,
) {
  return page(
    c,
    { title: status === 200 ? 'Confirm that it is you' : 'Not confirmed', status },
    <div class="sheet">
      <h1>Confirm that it is you</h1>
      <p class="lead">
        You signed in more than {RECENT_MINUTES} minutes ago. Enter your passphrase to continue.
      </p>
      <FormAlert problem={problem} problems={problems} />
      <form method="post" action="/confirm" novalidate>
        {next !== '/' && <input type="hidden" name="next" value={next} />}
        <Field
          name="passphrase"
          label="Passphrase"
          problems={problems}
          type="password"
          autocomplete="current-password"
          required
        />
        <button>Continue</button>
      </form>
    </div>,
  )
}
