/** The markup of the recipe for guests. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { type Problems, field, page } from './page.ts'

/** The notes of the visitor. */
export function notesPage(
  c: Context,
  texts: readonly string[],
  isGuest: boolean,
  status?: ContentfulStatusCode,
  problems?: Problems,
) {
  const text = { name: 'text', label: 'New note', type: 'text', autocomplete: 'off' } as const
  const ways: unknown[] = [
    // #if passphrase
    html` or <a href="/sign-up?next=%2Fnotes">sign up</a>`,
    // #end
  ]
  const signUp = html`<p>
    To keep your notes, <a href="/sign-in?next=%2Fnotes">sign in</a>${ways}. Without an account,
    they are deleted when you have not been here for two weeks.
  </p>`
  const body = html`<ul>
      ${texts.map((one) => html`<li><bdi>${one}</bdi></li>`)}
    </ul>
    <form method="post" action="/notes">
      ${field(text, problems)}
      <button>Add</button>
    </form>
    ${isGuest && signUp}
    <p><a href="/">Back</a></p>`
  return page(c, 'Your notes', body, status)
}
