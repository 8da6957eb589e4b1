/** Sign-up: a name that is not taken, and a passphrase. */
import { Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { createAccount } from './account.ts'
import { mayAttempt } from './attempt.ts'
import { type AppContext, type AppEnv, authFor } from './auth.ts'
import { Field, FormAlert, type Problems, RememberBox } from './field.tsx'
import { readForm } from './form.ts'
import { NAME_LENGTH, parseName } from './name.ts'
import { nextPage, withNext } from './next-page.ts'
import { openSession } from './open-session.ts'
import { page } from './page.tsx'
import { passphraseProblem } from './passphrase.ts'

interface SignUpOptions {
  readonly status?: ContentfulStatusCode
  readonly name?: string
  readonly problem?: string
  readonly problems?: Problems
  /** The page to open afterwards. */
  readonly next?: string
  /** Whether the box is checked. */
  readonly remember?: boolean
}

export const signUp = new Hono<AppEnv>()

signUp.get('/sign-up', async (c) => {
  const next = nextPage(c.req.query('next'))
  return (await c.var.auth.validate()) ? c.redirect(next, 303) : signUpPage(c, { next })
})

signUp.post('/sign-up', async (c) => {
  const form = await readForm(c)
  const typed = form('name')
  const passphrase = form('passphrase')
  const next = nextPage(form('next'))
  const remember = form('remember') === 'on'
  const name = parseName(typed)
  const problems = {
    name: name ? null : `Choose a name of 1 to ${NAME_LENGTH} visible characters.`,
    passphrase: passphraseProblem(passphrase),
  }
  if (!name || problems.passphrase) {
    return signUpPage(c, { status: 422, name: typed, next, remember, problems })
  }
  if (!(await mayAttempt(c, null))) {
    c.header('Retry-After', '60')
    const problem = 'Too many attempts from your address. Wait a minute, then try again.'
    return signUpPage(c, { status: 429, name: typed, next, remember, problem })
  }
  const userId = await createAccount(c.env.DB, authFor(c.env), name, passphrase)
  if (!userId) {
    const taken = { name: 'This name is taken. Choose another one, or sign in if it is yours.' }
    return signUpPage(c, { status: 409, name: typed, next, remember, problems: taken })
  }
  await openSession(c, userId, remember)
  return c.redirect(next, 303)
})

function signUpPage(
  c: AppContext,
  { status = 200, name = '', problem, problems = {}, next = '/', remember }: SignUpOptions,
) {
  return page(
    c,
    { title: status === 200 ? 'Sign up' : 'Not signed up', status },
    <div class="sheet">
      <h1>Sign up</h1>
      <FormAlert problem={problem} problems={problems} />
      <form method="post" action="/sign-up" novalidate>
        {next !== '/' && <input type="hidden" name="next" value={next} />}
        <Field
          name="name"
          label="Name"
          hint="You sign in with it, and it is shown with your entries."
          problems={problems}
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
          hint="At least 8 characters. Several words are better than one."
          problems={problems}
          type="password"
          autocomplete="new-password"
          required
        />
        <RememberBox checked={remember} />
        <button>Sign up</button>
      </form>
      <p class="aside">
        Already signed up? <a href={withNext('/sign-in', next)}>Sign in</a>
      </p>
    </div>,
  )
}
