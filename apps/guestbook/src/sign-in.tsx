/** Sign in: a wrong name and a wrong passphrase get the same answer, after the same work. */
import { Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { findUser } from './account.ts'
import { mayAttempt } from './attempt.ts'
import type { AppContext, AppEnv } from './auth.ts'
import { Field } from './field.tsx'
import { readForm } from './form.ts'
import { nameKey, parseName } from './name.ts'
import { openSession } from './open-session.ts'
import { page } from './page.tsx'

interface SignInOptions {
  readonly status?: ContentfulStatusCode
  readonly name?: string
  readonly problem?: string
  /** Words that could not be written into the book: they are shown, so that they are not lost. */
  readonly draft?: string
}

export const signIn = new Hono<AppEnv>()

signIn.get('/sign-in', async (c) =>
  (await c.var.auth.validate()) ? c.redirect('/', 303) : signInPage(c, {}),
)

signIn.post('/sign-in', async (c) => {
  const form = await readForm(c)
  const name = form('name')
  const passphrase = form('passphrase')
  if (!name.trim() || !passphrase) {
    return signInPage(c, { status: 422, name, problem: 'Type your name and your passphrase.' })
  }
  const key = nameKey(parseName(name) ?? '')
  if (!(await mayAttempt(c, key))) {
    c.header('Retry-After', '60')
    const problem = 'Too many attempts. Wait a minute, then try again.'
    return signInPage(c, { status: 429, name, problem })
  }
  const userId = await findUser(c.env.DB, key, passphrase)
  if (!userId) {
    const problem = 'That name and that passphrase do not belong together.'
    return signInPage(c, { status: 401, name, problem })
  }
  await openSession(c, userId)
  return c.redirect('/', 303)
})

/** The sign-in page, also in place of a page that only those who are signed in may see. */
export function signInPage(
  c: AppContext,
  { status = 200, name = '', problem, draft }: SignInOptions,
) {
  return page(
    c,
    { title: status === 200 ? 'Sign in' : 'Not signed in', status },
    <div class="sheet">
      <h1>Sign in</h1>
      {problem && (
        <p class="alert" role="alert">
          {problem}
        </p>
      )}
      {draft && (
        <figure class="draft">
          <figcaption>Your words, to keep until you are in:</figcaption>
          <blockquote dir="auto">{draft}</blockquote>
        </figure>
      )}
      <form method="post" action="/sign-in" novalidate>
        <Field
          name="name"
          label="Name"
          value={name}
          autocomplete="username"
          autocapitalize="words"
          required
          dir="auto"
        />
        <Field
          name="passphrase"
          label="Passphrase"
          type="password"
          autocomplete="current-password"
          required
        />
        <button>Sign in</button>
      </form>
      <p class="aside">
        New here? <a href="/sign-up">Sign up</a>
      </p>
    </div>,
  )
}
