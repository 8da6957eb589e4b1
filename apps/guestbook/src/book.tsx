/** The book: every visitor can read it, and signed-in users can write. */
import { Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { Arch } from './arch.tsx'
import type { AppContext, AppEnv } from './auth.ts'
import { ENTRY_LENGTH, type Entry, parseEntry, readEntries, writeEntry } from './entry.ts'
import { FormAlert, type Problems, TextField } from './field.tsx'
import { readForm } from './form.ts'
import { Moment } from './moment.tsx'
import { nameKey } from './name.ts'
import { page } from './page.tsx'
import { signInFirst } from './sign-in.tsx'

/** A text that was rejected, and why. */
interface Draft {
  readonly text: string
  readonly problems: Problems
}

export const book = new Hono<AppEnv>()

book.get('/', (c) => bookPage(c))

book.post('/entries', async (c) => {
  const text = (await readForm(c))('text')
  const session = await c.var.auth.validate()
  if (!session) return signInFirst('your entry was not saved', '/', text)(c)
  const entry = parseEntry(text)
  if (!entry) {
    const problem = text.trim() ? `Use at most ${ENTRY_LENGTH} characters.` : 'Enter a text.'
    return bookPage(c, 422, { text, problems: { text: problem } })
  }
  await writeEntry(c.env.DB, session.user, entry)
  return c.redirect('/', 303)
})

async function bookPage(c: AppContext, status: ContentfulStatusCode = 200, draft?: Draft) {
  const session = await c.var.auth.validate()
  const before = /^\d{1,15}$/.exec(c.req.query('before') ?? '')?.[0]
  const { entries, next } = await readEntries(c.env.DB, before ? Number(before) : undefined)
  return page(
    c,
    { title: draft ? 'Entry not saved' : 'Guestbook', status },
    <>
      <section class="intro">
        <div class="welcome">
          {session ? <Writing name={session.user.name} draft={draft} /> : <Invitation c={c} />}
        </div>
        <Arch isOpen={session !== null} />
      </section>
      <section class="entries" aria-labelledby="entries">
        <h2 id="entries">{before ? 'Earlier entries' : 'Entries'}</h2>
        {entries.length === 0 && (
          <p class="empty">
            {before ? 'There are no earlier entries.' : 'There are no entries yet.'}
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
        Welcome, <bdi>{name}</bdi>.
      </h1>
      <FormAlert problems={problems} />
      <form method="post" action="/entries" novalidate>
        <TextField
          name="text"
          label="Your entry"
          hint={`Shown with your name. At most ${ENTRY_LENGTH} characters.`}
          problems={problems}
          value={text}
          rows={3}
          maxlength={ENTRY_LENGTH}
          required
          dir="auto"
        />
        <button>Sign the guestbook</button>
      </form>
    </>
  )
}

function Invitation({ c }: { c: AppContext }) {
  return (
    <>
      <h1>A public guestbook</h1>
      <p class="lead">
        Anyone can read it. To write an entry, sign up with a name and a passphrase.
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
          <bdi class="handle" title="The name this user signs in with">
            @{handle}
          </bdi>
        )}
        <Moment at={writtenAt} />
      </p>
    </li>
  )
}
