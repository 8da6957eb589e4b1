/** The page on which a user changes their passphrase, a short time after sign-in. */
import { requireRecentSignIn } from '@limen/hono'
import { Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { changePassphrase } from './account.ts'
import { mayAttempt } from './attempt.ts'
import { type AppContext, type AppEnv, authFor, authOf, RECENT_MINUTES } from './auth.ts'
import { confirmFirst } from './confirm.tsx'
import { Field, FormAlert, type Problems } from './field.tsx'
import { readForm } from './form.ts'
import { page } from './page.tsx'
import { passphraseProblem } from './passphrase.ts'

interface PassphraseOptions {
  readonly status?: ContentfulStatusCode
  readonly problem?: string
  readonly problems?: Problems
}

export const yourPassphrase = new Hono<AppEnv>()

const recentSignIn = requireRecentSignIn(
  authOf,
  { withinMs: RECENT_MINUTES * 60_000 },
  confirmFirst('your passphrase was not changed', '/passphrase'),
)

yourPassphrase.get('/passphrase', recentSignIn, (c) => passphrasePage(c, {}))

yourPassphrase.post('/passphrase', recentSignIn, async (c) => {
  const passphrase = (await readForm(c))('passphrase')
  const problems = { passphrase: passphraseProblem(passphrase) }
  if (problems.passphrase) return passphrasePage(c, { status: 422, problems })
  if (!(await mayAttempt(c, null))) {
    c.header('Retry-After', '60')
    const problem = 'Too many attempts from your address. Wait a minute, then try again.'
    return passphrasePage(c, { status: 429, problem })
  }
  const auth = authFor(c.env)
  const { userId } = c.var.session.user
  // First: a copy of the old cookie opens nothing from here on, and a second submit changes nothing.
  const session = await auth.replaceSession(c.var.session)
  c.var.auth.setSession(session)
  await changePassphrase(c.env.DB, userId, passphrase)
  // Anyone who knew the old passphrase can have signed in with it.
  await auth.invalidateAllUserSessions(userId, { except: session.sessionId })
  return c.redirect('/devices?done=passphrase', 303)
})

function passphrasePage(
  c: AppContext,
  { status = 200, problem, problems = {} }: PassphraseOptions,
) {
  return page(
    c,
    { title: status === 200 ? 'Your passphrase' : 'Passphrase not changed', status },
    <div class="sheet">
      <h1>Your passphrase</h1>
      <p class="lead">A new passphrase signs out all your other devices.</p>
      <FormAlert problem={problem} problems={problems} />
      <form method="post" action="/passphrase" novalidate>
        <Field
          name="passphrase"
          label="New passphrase"
          hint="At least 8 characters. Several words are better than one."
          problems={problems}
          type="password"
          autocomplete="new-password"
          required
        />
        <button>Change your passphrase</button>
      </form>
    </div>,
  )
}
