/** Sign up: a name that nobody has, and a passphrase. */
import { Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { createAccount } from './account.ts'
import { mayAttempt } from './attempt.ts'
import { type AppContext, type AppEnv, authFor } from './auth.ts'
import { Field } from './field.tsx'
import { readForm } from './form.ts'
import { NAME_LENGTH, parseName } from './name.ts'
import { openSession } from './open-session.ts'
import { page } from './page.tsx'
import { passphraseProblem } from './passphrase.ts'

interface Problems {
  readonly status?: ContentfulStatusCode
  readonly name?: string
  readonly problem?: string
  readonly nameProblem?: string | null
  readonly passphraseProblem?: string | null
}

export const signUp = new Hono<AppEnv>()

signUp.get('/sign-up', async (c) =>
  (await c.var.auth.validate()) ? c.redirect('/', 303) : signUpPage(c, {}),
)

signUp.post('/sign-up', async (c) => {
  const form = await readForm(c)
  const typed = form('name')
  const passphrase = form('passphrase')
  const name = parseName(typed)
  const problems = {
    nameProblem: name ? null : `Choose a name of 1 to ${NAME_LENGTH} characters that can be seen.`,
    passphraseProblem: passphraseProblem(passphrase),
  }
  if (!name || problems.passphraseProblem) {
    return signUpPage(c, { status: 422, name: typed, ...problems })
  }
  if (!(await mayAttempt(c, null))) {
    c.header('Retry-After', '60')
    const problem = 'Too many attempts from your address. Wait a minute, then try again.'
    return signUpPage(c, { status: 429, name: typed, problem })
  }
  const userId = await createAccount(c.env.DB, authFor(c.env), name, passphrase)
  if (!userId) {
    const nameProblem = 'That name is taken. Choose another, or sign in if it is yours.'
    return signUpPage(c, { status: 409, name: typed, nameProblem })
  }
  await openSession(c, userId)
  return c.redirect('/', 303)
})

function signUpPage(c: AppContext, { status = 200, name = '', ...problems }: Problems) {
  return page(
    c,
    { title: status === 200 ? 'Sign up' : 'Not signed up yet', status },
    <div class="sheet">
      <h1>Sign up</h1>
      {problems.problem && (
        <p class="alert" role="alert">
          {problems.problem}
        </p>
      )}
      <form method="post" action="/sign-up" novalidate>
        <Field
          name="name"
          label="Name"
          hint="You sign in with it, and it stands under what you write."
          problem={problems.nameProblem}
          value={name}
          maxlength={NAME_LENGTH}
          autocomplete="username"
          autocapitalize="words"
          required
          dir="auto"
        />
        <Field
          name="passphrase"
          label="Passphrase"
          hint="At least 8 characters. A few words are better than one clever one."
          problem={problems.passphraseProblem}
          type="password"
          autocomplete="new-password"
          required
        />
        <button>Sign up</button>
      </form>
      <p class="aside">
        Been here before? <a href="/sign-in">Sign in</a>
      </p>
    </div>,
  )
}
