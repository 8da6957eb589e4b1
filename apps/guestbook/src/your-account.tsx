/** The page on which a user changes their display name. */
import { requireSession } from '@limen/hono'
import { Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { type AppContext, type AppEnv, authFor, authOf } from './auth.ts'
import { Field, FormAlert } from './field.tsx'
import { readForm } from './form.ts'
import { NAME_LENGTH, parseName } from './name.ts'
import { page } from './page.tsx'
import { signInFirst } from './sign-in.tsx'

interface AccountOptions {
  readonly status?: ContentfulStatusCode
  /** The rejected input. */
  readonly rejected?: string
  readonly notice?: string
}

export const yourAccount = new Hono<AppEnv>()

yourAccount.get('/account', requireSession(authOf, signInFirst()), (c) =>
  accountPage(c, c.var.session.user.name, {}),
)

yourAccount.post('/account', async (c) => {
  const typed = (await readForm(c))('name')
  const session = await c.var.auth.validate()
  if (!session) return signInFirst('your name was not changed', '/account')(c)
  const { userId, name: current } = session.user
  const name = parseName(typed)
  if (!name) return accountPage(c, current, { status: 422, rejected: typed })

  await authFor(c.env).updateUserAttributes(userId, { name })
  // The next validate() reads the new name, which this page's header shows.
  c.var.auth.invalidate()
  const renewed = await c.var.auth.validate()
  return accountPage(c, renewed?.user.name ?? name, { notice: 'Your name was changed.' })
})

function accountPage(
  c: AppContext,
  name: string,
  { status = 200, rejected, notice }: AccountOptions,
) {
  const problems = {
    name:
      rejected === undefined ? null : `Choose a name of 1 to ${NAME_LENGTH} visible characters.`,
  }
  return page(
    c,
    { title: status === 200 ? 'Your name' : 'Name not changed', status },
    <div class="sheet">
      <h1>Your name</h1>
      {notice && (
        <p class="notice" role="status">
          {notice} Your new name is <bdi>{name}</bdi>.
        </p>
      )}
      <FormAlert problems={problems} />
      <form method="post" action="/account" novalidate>
        <Field
          name="name"
          label="Display name"
          hint="Shown with your new entries. The name that you sign in with stays the same."
          problems={problems}
          value={rejected ?? name}
          maxlength={NAME_LENGTH}
          autocomplete="nickname"
          required
          dir="auto"
        />
        <button>Change your name</button>
      </form>
      <p class="aside">
        You can also <a href="/passphrase">change your passphrase</a>.
      </p>
    </div>,
  )
}
