/** Your name: what stands under the entries you write from now on. */
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
  /** What was typed, where it could not be taken. */
  readonly refused?: string
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
  if (!name) return accountPage(c, current, { status: 422, refused: typed })

  await authFor(c.env).updateUserAttributes(userId, { name })
  // From here on this request sees the new name, and so does the head of its page.
  c.var.auth.invalidate()
  const renewed = await c.var.auth.validate()
  return accountPage(c, renewed?.user.name ?? name, { notice: 'Your name is changed.' })
})

function accountPage(
  c: AppContext,
  name: string,
  { status = 200, refused, notice }: AccountOptions,
) {
  const problems = {
    name:
      refused === undefined
        ? null
        : `Choose a name of 1 to ${NAME_LENGTH} characters that can be seen.`,
  }
  return page(
    c,
    { title: status === 200 ? 'Your name' : 'Your name is not changed', status },
    <div class="sheet">
      <h1>Your name</h1>
      {notice && (
        <p class="notice" role="status">
          {notice} You are <bdi>{name}</bdi> from now on.
        </p>
      )}
      <FormAlert problems={problems} />
      <form method="post" action="/account" novalidate>
        <Field
          name="name"
          label="Display name"
          hint="Stands under what you write from now on. You go on signing in with the name you signed up with."
          problems={problems}
          value={refused ?? name}
          maxlength={NAME_LENGTH}
          autocomplete="nickname"
          required
          dir="auto"
        />
        <button>Change your name</button>
      </form>
    </div>,
  )
}
