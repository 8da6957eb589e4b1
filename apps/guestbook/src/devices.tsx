/** The list of devices on which a user is signed in, with buttons to sign them out. */
import { isAuthError } from '@limen/core'
import { requireSession } from '@limen/hono'
import { Hono } from 'hono'
import { type AppEnv, authFor, authOf, MAX_DEVICES, type VisitorSession } from './auth.ts'
import { readForm } from './form.ts'
import { Ago, Moment } from './moment.tsx'
import { page } from './page.tsx'
import { signInFirst } from './sign-in.tsx'

const NOTICES: Readonly<Record<string, string>> = {
  one: 'That device is signed out.',
  others: 'All other devices are signed out.',
  passphrase: 'Your passphrase is changed. All other devices are signed out.',
}

export const devices = new Hono<AppEnv>()

const signInForDevices = signInFirst('nothing was changed', '/devices')

devices.get('/devices', requireSession(authOf, signInForDevices), async (c) => {
  const auth = authFor(c.env)
  const sessions = await auth.getAllUserSessions(c.var.session.user.userId)
  return page(
    c,
    { title: 'Your devices' },
    <DeviceList
      sessions={sessions}
      isBound={(session) => auth.isDeviceBound(session)}
      currentId={c.var.session.sessionId}
      notice={NOTICES[c.req.query('done') ?? '']}
      now={auth.now()}
    />,
  )
})

devices.post('/devices/sign-out', requireSession(authOf, signInForDevices), async (c) => {
  const sessionId = (await readForm(c))('session')
  const auth = authFor(c.env)
  const { session } = c.var
  try {
    // The id comes from the form: it can be the id of another user's session.
    await auth.invalidateSession(sessionId, session.user)
  } catch (error) {
    if (!isAuthError(error) || error.code !== 'AUTH_INVALID_SESSION_ID') throw error
    return page(
      c,
      { title: 'Device not found', status: 404 },
      <div class="sheet">
        <h1>Device not found</h1>
        <p>It is already signed out, or it is not one of your devices. Nothing was changed.</p>
        <p class="actions">
          <a class="button" href="/devices">
            Back to your devices
          </a>
        </p>
      </div>,
    )
  }
  if (sessionId !== session.sessionId) return c.redirect('/devices?done=one', 303)
  c.var.auth.setSession(null)
  return c.redirect('/?done=signed-out', 303)
})

devices.post('/devices/sign-out-others', requireSession(authOf, signInForDevices), async (c) => {
  const { sessionId, user } = c.var.session
  await authFor(c.env).invalidateAllUserSessions(user.userId, { except: sessionId })
  return c.redirect('/devices?done=others', 303)
})

function DeviceList({
  sessions,
  isBound,
  currentId,
  notice,
  now,
}: {
  sessions: readonly VisitorSession[]
  isBound: (session: VisitorSession) => boolean
  currentId: string
  notice: string | undefined
  now: number
}) {
  return (
    <div class="sheet wide">
      <h1>Your devices</h1>
      <p class="lead">
        You are signed in on these devices. Sign out those that you do not recognise, and{' '}
        <a href="/passphrase">change your passphrase</a>.
      </p>
      {notice && (
        <p class="notice" role="status">
          {notice}
        </p>
      )}
      <ul class="devices">
        {sessions.map((session, index) => (
          <Device
            session={session}
            isBound={isBound(session)}
            isCurrent={session.sessionId === currentId}
            index={index}
            now={now}
          />
        ))}
      </ul>
      {sessions.length > 1 && (
        <form method="post" action="/devices/sign-out-others">
          <button>Sign out all other devices</button>
        </form>
      )}
      <p class="aside">
        You can be signed in on {MAX_DEVICES} devices. If you sign in on another one, the device
        that signed in first is signed out. “Last used” is exact to an hour.
      </p>
    </div>
  )
}

function Device({
  session: { sessionId, device, createdAt, renewedAt },
  isBound,
  isCurrent,
  index,
  now,
}: {
  session: VisitorSession
  isBound: boolean
  isCurrent: boolean
  index: number
  now: number
}) {
  const labelId = `device-${index}`
  return (
    <li class={isCurrent ? 'current' : ''}>
      <h2 id={labelId}>
        {device} {isCurrent && <span class="badge">This device</span>}
      </h2>
      <dl>
        <dt>A copied cookie</dt>
        <dd>
          {isBound ? 'Opens nothing: this device is bound' : 'Opens this session'}
          {isCurrent && (
            <>
              {' '}
              (<a href="/copied-cookie">try it</a>)
            </>
          )}
        </dd>
        <dt>Signed in</dt>
        <dd>
          <Moment at={createdAt} />
        </dd>
        <dt>Last used</dt>
        <dd>{isCurrent ? 'Now' : <Ago at={renewedAt} now={now} />}</dd>
      </dl>
      <form method="post" action="/devices/sign-out">
        <input type="hidden" name="session" value={sessionId} />
        <button class="quiet" aria-describedby={labelId}>
          Sign out
        </button>
      </form>
    </li>
  )
}
