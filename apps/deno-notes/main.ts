/** Notes that belong to whoever is signed in. The same file runs on Deno and on Deno Deploy. */
import { scrypt, timingSafeEqual } from 'node:crypto'
import { AuthError, type AuthRequest, type InferSession, isAuthError, limen } from '@limen/core'
import { denoKvStore, withAuth } from '@limen/deno'
import {
  type Draft,
  type Note,
  type Problems,
  doorPage,
  failurePage,
  notesPage,
  refusalPage,
} from './page.ts'

const kv = await Deno.openKv()
const auth = limen({
  store: denoKvStore<{ name: string }>(kv),
  // A name of its own: browsers send the cookies of localhost to every port.
  sessionCookie: { name: '__Host-Http-notes' },
  getUserAttributes: ({ name }) => ({ name }),
})

type Session = InferSession<typeof auth>
type Visit = AuthRequest<Session>
type Form = (field: string) => string
type Account = { readonly userId: string; readonly salt: Uint8Array; readonly hash: Uint8Array }

/** The most that is stored for one user, and the most that one form may send. */
const NOTES_PER_USER = 500
const LONGEST_FORM = 32_768

const actions = new Map<string, (visit: Visit, form: Form, request: Request) => Promise<Response>>([
  ['/sign-in', signIn],
  ['/sign-out', signOut],
  ['/notes', addNote],
  ['/notes/delete', deleteNote],
])

Deno.serve(
  withAuth(auth, async (request, _info, visit) => {
    // What another site sends ends here, before any work: forms and WebSocket handshakes alike.
    if (!visit.origin.trusted) return refusalPage(visit.origin.reason)
    try {
      return await answer(request, visit)
    } catch (error) {
      const code = isAuthError(error) ? error.code : 'Error'
      console.error(`${code}: ${error instanceof Error ? error.message : ''}`, error)
      // What the database rejects is rejected at the next try too: that is no outage.
      return failurePage(code === 'AUTH_STORE_UNAVAILABLE' ? 503 : 500)
    }
  }),
)

async function answer(request: Request, visit: Visit): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url)
  const act = request.method === 'POST' && actions.get(pathname)
  if (act) {
    const form = await readForm(request)
    if (form) return act(visit, (field) => form.get(field) ?? '', request)
    return failurePage(413, (await visit.validate())?.user.name)
  }
  const session = await visit.validate()
  if (!/^(GET|HEAD)$/.test(request.method) || !/^\/(live)?$/.test(pathname)) {
    return failurePage(404, session?.user.name)
  }
  if (pathname === '/') {
    if (session) return showNotes(session)
    const problem = whyOut(request)
    // Limen deletes no cookie on localhost, where it can be another app's. This name is ours alone.
    if (problem && request.headers.get('Sec-Fetch-Mode') === 'navigate') visit.setSession(null)
    return doorPage({ problem })
  }
  if (!session) return failurePage(401)
  return pushChanges(request, session, searchParams.get('since') ?? '')
}

/** A cookie without a session: the session was ended on another device, or has expired. */
function whyOut(request: Request): string | undefined {
  return auth.readSessionCookie(request) === null
    ? undefined
    : 'You were signed out on this device.'
}

async function readForm({ body }: Request): Promise<URLSearchParams | null> {
  let text = ''
  for await (const part of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += part
    if (text.length > LONGEST_FORM) return null
  }
  return new URLSearchParams(text)
}

async function signIn(visit: Visit, form: Form): Promise<Response> {
  const name = form('name').normalize('NFKC').replace(/\s+/g, ' ').trim()
  const passphrase = form('passphrase').normalize('NFKC')
  const problems = {
    name: !/^\P{C}{1,40}$/u.test(name) && 'A name has 1 to 40 characters.',
    passphrase: !/^.{8,200}$/su.test(passphrase) && 'A passphrase has 8 to 200 characters.',
  }
  const refuse = (status: number, problems: Problems) =>
    doorPage({ status, name: form('name'), problems })
  if (problems.name || problems.passphrase) return refuse(422, problems)
  const userId = await openAccount(name, passphrase)
  if (!userId) {
    return refuse(401, { passphrase: 'That name is taken, and its passphrase is another one.' })
  }
  visit.setSession(await auth.createSession({ userId }))
  return goHome()
}

/** The user of a name, which is kept at its first use; `null` for a wrong passphrase. */
async function openAccount(name: string, passphrase: string): Promise<string | null> {
  const key = ['account', name.toUpperCase().toLowerCase().normalize('NFKC')]
  const found = await ask(kv.get<Account>(key))
  // A new name and a known one, right or wrong: each costs this one hash.
  const salt = found.value?.salt ?? crypto.getRandomValues(new Uint8Array(16))
  const hash = await hashOf(passphrase, salt)
  if (found.value) return timingSafeEqual(hash, found.value.hash) ? found.value.userId : null
  const { userId } = await auth.createUser({ attributes: { name } })
  const account: Account = { userId, salt, hash }
  if ((await ask(kv.atomic().check(found).set(key, account).commit())).ok) return userId
  // The name was taken meanwhile, by a second click perhaps: ask again, as everybody is asked.
  await auth.deleteUser(userId)
  return openAccount(name, passphrase)
}

function hashOf(passphrase: string, salt: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const take = (error: Error | null, hash: Uint8Array) => (error ? reject(error) : resolve(hash))
    scrypt(passphrase, salt, 32, { N: 2 ** 14, r: 8, p: 5 }, take)
  })
}

async function signOut(visit: Visit): Promise<Response> {
  const session = await visit.validate()
  if (session) await auth.invalidateSession(session.sessionId)
  visit.setSession(null)
  if (session) await ask(change(session).commit())
  return goHome()
}

async function addNote(visit: Visit, form: Form, request: Request): Promise<Response> {
  const session = await visit.validate()
  const text = form('text').replace(/\r\n?/g, '\n').trim()
  if (!session) {
    const problem = `${whyOut(request) ?? 'You are not signed in.'} So this was not kept.`
    return doorPage({ status: 401, problem, text })
  }
  if (!/^.{1,2000}$/su.test(text)) {
    return showNotes(session, { status: 422, text, problem: 'Write 1 to 2,000 characters.' })
  }
  if (await isFull(session)) {
    const problem = `You have ${NOTES_PER_USER} notes. Delete one before you keep another.`
    return showNotes(session, { status: 422, text, problem })
  }
  const writtenAt = Date.now()
  const note: Note = { id: `${writtenAt}-${crypto.randomUUID()}`, text, writtenAt }
  await ask(change(session).set(['notes', session.user.userId, note.id], note).commit())
  return goHome()
}

/** Whether a user has all the notes that are stored for one. Two forms at once may add one more. */
async function isFull({ user }: Session): Promise<boolean> {
  const list = kv.list({ prefix: ['notes', user.userId] }, { limit: NOTES_PER_USER })
  return (await ask(Array.fromAsync(list))).length === NOTES_PER_USER
}

async function deleteNote(visit: Visit, form: Form, request: Request): Promise<Response> {
  const session = await visit.validate()
  if (!session) {
    const problem = `${whyOut(request) ?? 'You are not signed in.'} So nothing was deleted.`
    return doorPage({ status: 401, problem })
  }
  const key = ['notes', session.user.userId, form('id').slice(0, 60)]
  await ask(change(session).delete(key).commit())
  return goHome()
}

async function showNotes({ user }: Session, draft?: Draft): Promise<Response> {
  // First which change this is, then the notes: what comes between them is pushed, never missed.
  const { versionstamp } = await ask(kv.get(['changed', user.userId]))
  const list = kv.list<Note>({ prefix: ['notes', user.userId] }, { reverse: true })
  const notes = await ask(Array.fromAsync(list, ({ value }) => value))
  return notesPage({ name: user.name, notes, change: versionstamp ?? '', draft })
}

/** Tells one open page of each change after `since`, for as long as its session lives. */
function pushChanges(request: Request, { sessionId, user }: Session, since: string): Response {
  let upgrade
  try {
    upgrade = Deno.upgradeWebSocket(request)
  } catch {
    return failurePage(426)
  }
  const { socket, response } = upgrade
  // An open page sends nothing.
  socket.onmessage = () => socket.close(1008, 'This socket takes no messages')
  socket.onopen = async () => {
    const changes = kv.watch<[true]>([['changed', user.userId]]).getReader()
    socket.onclose = () => changes.cancel()
    try {
      for (let next = await changes.read(); next.value; next = await changes.read()) {
        if ((next.value[0].versionstamp ?? '') === since) continue
        if (!(await auth.getSession(sessionId))) return socket.close(4401)
        socket.send('changed')
      }
    } catch {
      socket.close(1011)
    }
  }
  return response
}

/** A change of somebody's notes, of which their open pages are told. */
function change({ user }: Session): Deno.AtomicOperation {
  return kv.atomic().set(['changed', user.userId], true)
}

/** Makes a failure of Deno KV what the store's failures are. */
function ask<Answer>(answer: Promise<Answer>): Promise<Answer> {
  return answer.catch((cause: unknown) => {
    throw new AuthError('AUTH_STORE_UNAVAILABLE', 'Deno KV did not answer', { cause })
  })
}

function goHome(): Response {
  return new Response(null, { status: 303, headers: { Location: '/' } })
}
