/** Private notes. The same file runs in Deno and on Deno Deploy. */
import { scrypt, timingSafeEqual } from 'node:crypto'
import { AuthError, type AuthRequest, type InferSession, isAuthError, limen } from '@limen/core'
import { denoKvStore, withAuth } from '@limen/deno'
import {
  type Draft,
  type Note,
  type Problems,
  failurePage,
  notesPage,
  refusalPage,
  signInPage,
} from './page.ts'

const kv = await Deno.openKv()
const auth = limen({
  store: denoKvStore<{ name: string }>(kv),
  // A unique name: browsers send the cookies of localhost to every port.
  sessionCookie: { name: '__Host-Http-notes' },
  getUserAttributes: ({ name }) => ({ name }),
})

type Session = InferSession<typeof auth>
type NotesRequest = AuthRequest<Session>
type Form = (field: string) => string
type Account = { readonly userId: string; readonly salt: Uint8Array; readonly hash: Uint8Array }

/** The most notes of one user, and the most characters of a form. */
const NOTES_PER_USER = 500
const LONGEST_FORM = 32_768

const actions = new Map<
  string,
  (authRequest: NotesRequest, form: Form, request: Request) => Promise<Response>
>([
  ['/sign-in', signIn],
  ['/sign-out', signOut],
  ['/notes', addNote],
  ['/notes/delete', deleteNote],
])

Deno.serve(
  withAuth(auth, async (request, _info, authRequest) => {
    // Rejects cross-site requests: forms and WebSocket handshakes.
    if (!authRequest.origin.trusted) return refusalPage(authRequest.origin.reason)
    try {
      return await respond(request, authRequest)
    } catch (error) {
      const code = isAuthError(error) ? error.code : 'Error'
      console.error(`${code}: ${error instanceof Error ? error.message : ''}`, error)
      // What the database rejects fails again at the next attempt: that is not an outage.
      return failurePage(code === 'AUTH_STORE_UNAVAILABLE' ? 503 : 500)
    }
  }),
)

async function respond(request: Request, authRequest: NotesRequest): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url)
  const action = request.method === 'POST' && actions.get(pathname)
  if (action) {
    const form = await readForm(request)
    if (form) return action(authRequest, (field) => form.get(field) ?? '', request)
    return failurePage(413, (await authRequest.validate())?.user.name)
  }
  const session = await authRequest.validate()
  if (!/^(GET|HEAD)$/.test(request.method) || !/^\/(live)?$/.test(pathname)) {
    return failurePage(404, session?.user.name)
  }
  if (pathname === '/') {
    if (session) return showNotes(session)
    const problem = signedOutProblem(request)
    // Limen deletes no cookie on localhost, because another app could have set it. Our cookie's name is unique.
    if (problem && request.headers.get('Sec-Fetch-Mode') === 'navigate')
      authRequest.setSession(null)
    return signInPage({ problem })
  }
  if (!session) return failurePage(401)
  return pushChanges(request, session, searchParams.get('since') ?? '')
}

/** The problem of a cookie without a session: it was revoked on another device, or has expired. */
function signedOutProblem(request: Request): string | undefined {
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

async function signIn(authRequest: NotesRequest, form: Form): Promise<Response> {
  const name = form('name').normalize('NFKC').replace(/\s+/g, ' ').trim()
  const passphrase = form('passphrase').normalize('NFKC')
  const problems = {
    name: !/^\P{C}{1,40}$/u.test(name) && 'Enter a name of 1 to 40 visible characters.',
    passphrase: !/^.{8,200}$/su.test(passphrase) && 'Enter a passphrase of 8 to 200 characters.',
  }
  const reject = (status: number, problems: Problems) =>
    signInPage({ status, name: form('name'), problems })
  if (problems.name || problems.passphrase) return reject(422, problems)
  const userId = await findOrCreateUser(name, passphrase)
  if (!userId) {
    return reject(401, { passphrase: 'This name is taken, and its passphrase is different.' })
  }
  authRequest.setSession(await auth.createSession({ userId }))
  return redirectHome()
}

/** Returns the user of a name, and creates it at the first use; `null` for a wrong passphrase. */
async function findOrCreateUser(name: string, passphrase: string): Promise<string | null> {
  const key = ['account', name.toUpperCase().toLowerCase().normalize('NFKC')]
  const found = await available(kv.get<Account>(key))
  // One hash in every case, so that a known name takes the same time as an unknown one.
  const salt = found.value?.salt ?? crypto.getRandomValues(new Uint8Array(16))
  const hash = await hashOf(passphrase, salt)
  if (found.value) return timingSafeEqual(hash, found.value.hash) ? found.value.userId : null
  const { userId } = await auth.createUser({ attributes: { name } })
  const account: Account = { userId, salt, hash }
  if ((await available(kv.atomic().check(found).set(key, account).commit())).ok) return userId
  // A concurrent request created the account, perhaps a second click: compare the passphrase again.
  await auth.deleteUser(userId)
  return findOrCreateUser(name, passphrase)
}

function hashOf(passphrase: string, salt: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, hash: Uint8Array) => (error ? reject(error) : resolve(hash))
    scrypt(passphrase, salt, 32, { N: 2 ** 14, r: 8, p: 5 }, done)
  })
}

async function signOut(authRequest: NotesRequest): Promise<Response> {
  const session = await authRequest.validate()
  if (session) await auth.invalidateSession(session.sessionId)
  authRequest.setSession(null)
  if (session) await available(change(session).commit())
  return redirectHome()
}

async function addNote(authRequest: NotesRequest, form: Form, request: Request): Promise<Response> {
  const session = await authRequest.validate()
  const text = form('text').replace(/\r\n?/g, '\n').trim()
  if (!session) {
    const problem = `${signedOutProblem(request) ?? 'You are not signed in.'} Therefore your note was not saved.`
    return signInPage({ status: 401, problem, text })
  }
  if (!/^.{1,2000}$/su.test(text)) {
    return showNotes(session, { status: 422, text, problem: 'Enter 1 to 2,000 characters.' })
  }
  if (await isFull(session)) {
    const problem = `You have ${NOTES_PER_USER} notes. Delete one before you add another.`
    return showNotes(session, { status: 422, text, problem })
  }
  const writtenAt = Date.now()
  const note: Note = { id: `${writtenAt}-${crypto.randomUUID()}`, text, writtenAt }
  await available(change(session).set(['notes', session.user.userId, note.id], note).commit())
  return redirectHome()
}

/** Whether a user has the most notes. Two concurrent forms can exceed it by one. */
async function isFull({ user }: Session): Promise<boolean> {
  const list = kv.list({ prefix: ['notes', user.userId] }, { limit: NOTES_PER_USER })
  return (await available(Array.fromAsync(list))).length === NOTES_PER_USER
}

async function deleteNote(
  authRequest: NotesRequest,
  form: Form,
  request: Request,
): Promise<Response> {
  const session = await authRequest.validate()
  if (!session) {
    const problem = `${signedOutProblem(request) ?? 'You are not signed in.'} Therefore nothing was deleted.`
    return signInPage({ status: 401, problem })
  }
  const key = ['notes', session.user.userId, form('id').slice(0, 60)]
  await available(change(session).delete(key).commit())
  return redirectHome()
}

async function showNotes({ user }: Session, draft?: Draft): Promise<Response> {
  // Read the version before the notes: a change between the two reads is then pushed.
  const { versionstamp } = await available(kv.get(['changed', user.userId]))
  const list = kv.list<Note>({ prefix: ['notes', user.userId] }, { reverse: true })
  const notes = await available(Array.fromAsync(list, ({ value }) => value))
  return notesPage({ name: user.name, notes, change: versionstamp ?? '', draft })
}

/** Pushes each change after `since` to one open page, until its session is revoked or expires. */
function pushChanges(request: Request, { sessionId, user }: Session, since: string): Response {
  let upgrade
  try {
    upgrade = Deno.upgradeWebSocket(request)
  } catch {
    return failurePage(426)
  }
  const { socket, response } = upgrade
  // The page sends no messages.
  socket.onmessage = () => socket.close(1008, 'This socket accepts no messages')
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

/** A transaction that notifies the open pages of a user. */
function change({ user }: Session): Deno.AtomicOperation {
  return kv.atomic().set(['changed', user.userId], true)
}

/** Turns a failure of Deno KV into the error that Limen's store throws. */
function available<Result>(result: Promise<Result>): Promise<Result> {
  return result.catch((cause: unknown) => {
    throw new AuthError('AUTH_STORE_UNAVAILABLE', 'Deno KV is unavailable', { cause })
  })
}

function redirectHome(): Response {
  return new Response(null, { status: 303, headers: { Location: '/' } })
}
