/** The markup of the recipe for devices. */
import type { InferSession } from '@limen/core'
import type { Context } from 'hono'
import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { page } from './page.ts'
import type { SiteAuth } from './site.ts'

type Session = InferSession<SiteAuth>

/** The list of the devices. */
export function devicesPage(
  c: Context,
  currentId: string,
  sessions: readonly Session[],
  status?: ContentfulStatusCode,
  problem?: string,
) {
  const advice: unknown[] = [
    // #if passphrase
    html` and <a href="/passphrase">change your passphrase</a>`,
    // #end
  ]
  const body = html`${problem && html`<p class="problem" role="alert">${problem}</p>`}
    <p>You are signed in on these devices. If you do not recognise one, sign it out${advice}.</p>
    <ul>
      ${sessions.map((session) => device(session, session.sessionId === currentId))}
    </ul>
    ${
      sessions.length > 1 &&
      html`<form method="post" action="/devices/sign-out-others">
        <button>Sign out all other devices</button>
      </form>`
    }
    <p class="hint">“Last used” is exact to an hour. <a href="/">Back</a></p>`
  return page(c, 'Your devices', body, status)
}

function device(session: Session, isCurrent: boolean) {
  const { sessionId, createdAt, renewedAt } = session
  let name = session.device ?? 'A device'
  // #if impersonation
  if (session.impersonation) name = 'An administrator'
  // #end
  const notes = [
    // #if api
    session.kind === 'api' && ' (app)',
    // #end
    isCurrent && ' (this device)',
  ]
  return html`<li>
    <form method="post" action="/devices/sign-out">
      <bdi>${name}</bdi>${notes}, signed in ${timeText(createdAt)}, last used
      ${isCurrent ? 'now' : timeText(renewedAt)}
      <input type="hidden" name="session" value="${sessionId}" />
      <button>Sign out <bdi>${name}</bdi></button>
    </form>
  </li>`
}

function timeText(date: Date) {
  const text = date.toISOString()
  return html`<time datetime="${text}">${text.slice(0, 16).replace('T', ' ')} UTC</time>`
}
