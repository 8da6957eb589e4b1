/** The book: everybody reads it, those who are signed in write in it. */
import { Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { AppContext, AppEnv } from './auth.ts'
import { Door } from './door.tsx'
import { ENTRY_LENGTH, type Entry, parseEntry, readEntries, writeEntry } from './entry.ts'
import { FormAlert, type Problems, TextField } from './field.tsx'
import { readForm } from './form.ts'
import { Moment } from './moment.tsx'
import { nameKey } from './name.ts'
import { page } from './page.tsx'
import { signInFirst } from './sign-in.tsx'

/** Words that were not taken, and why. */
interface Draft {
  readonly text: string
  readonly problems: Problems
}

export const book = new Hono<AppEnv>()

book.get('/', (c) => bookPage(c))

book.post('/entries', async (c) => {
  const text = (await readForm(c))('text')
  const session = await c.var.auth.validate()
  if (!session) return signInFirst('this was not written into the book', '/', text)(c)
  const words = parseEntry(text)
  if (!words) {
    const problem = text.trim() ? `Use at most ${ENTRY_LENGTH} characters.` : 'Write something.'
    return bookPage(c, 422, { text, problems: { text: problem } })
  }
  await writeEntry(c.env.DB, session.user, words)
  return c.redirect('/', 303)
})

async function bookPage(c: AppContext, status: ContentfulStatusCode = 200, draft?: Draft) {
  const session = await c.var.auth.validate()
  const before = /^\d{1,15}$/.exec(c.req.query('before') ?? '')?.[0]
  const { entries, next } = await readEntries(c.env.DB, before ? Number(before) : undefined)
  return page(
    c,
    { title: draft ? 'Not written yet' : 'The book', status },
    <>
      <section class="threshold">
        <div class="welcome">
          {session ? <Writing name={session.user.name} draft={draft} /> : <Invitation c={c} />}
        </div>
        <Door isOpen={session !== null} />
      </section>
      <section class="entries" aria-labelledby="entries">
        <h2 id="entries">{before ? 'Earlier in the book' : 'In the book'}</h2>
        {entries.length === 0 && (
          <p class="empty">
            {before ? 'Nothing earlier.' : 'An empty page. The first line is yours.'}
          </p>
        )}
        <ol>
          {entries.map((entry) => (
            <EntryItem entry={entry} />
          ))}
        </ol>
        {(before || next) && (
          <p class="turn">
            {before && <a href="/">Newest</a>}
            {next && <a href={`/?before=${next}`}>Earlier</a>}
          </p>
        )}
      </section>
    </>,
  )
}

function Writing({ name, draft }: { name: string; draft: Draft | undefined }) {
  const { problems = {}, text } = draft ?? {}
  return (
    <>
      <h1>
        Come in, <bdi>{name}</bdi>.
      </h1>
      <FormAlert problems={problems} />
      <form method="post" action="/entries" novalidate>
        <TextField
          name="text"
          label="Your line in the book"
          hint={`Signed with your name. At most ${ENTRY_LENGTH} characters.`}
          problems={problems}
          value={text}
          rows={3}
          maxlength={ENTRY_LENGTH}
          required
          dir="auto"
        />
        <button>Sign the book</button>
      </form>
    </>
  )
}

function Invitation({ c }: { c: AppContext }) {
  return (
    <>
      <h1>A book lies behind this door.</h1>
      <p class="lead">
        Anyone may read it. To write in it, step over the threshold: a name and a passphrase are all
        it takes.
      </p>
      {c.req.query('done') === 'signed-out' && (
        <p class="notice" role="status">
          You are signed out on this device.
        </p>
      )}
      <p class="actions">
        <a class="button" href="/sign-up">
          Sign up
        </a>
        <a class="button quiet" href="/sign-in">
          Sign in
        </a>
      </p>
    </>
  )
}

function EntryItem({ entry: { signedAs, handle, text, writtenAt } }: { entry: Entry }) {
  return (
    <li>
      <blockquote dir="auto">{text}</blockquote>
      <p class="signature">
        <bdi class="name">{signedAs}</bdi>
        {nameKey(signedAs) !== handle && (
          <bdi class="handle" title="The name this person signs in with">
            @{handle}
          </bdi>
        )}
        <Moment at={writtenAt} />
      </p>
    </li>
  )
}
