/** The markup of the recipes for roles and impersonation. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import type { AuditEntry, Member } from './members.ts'
import { page } from './page.ts'

/** The users, and what administrators did. */
export function adminPage(
  c: Context,
  { userId }: { readonly userId: string },
  members: readonly Member[],
  entries: readonly AuditEntry[],
) {
  const last = members.at(-1)
  const next = last && `/admin?${new URLSearchParams({ after: last.email }).toString()}`
  const body = html`<h2>Users</h2>
    <ul>
      ${members.map((member) => memberItem(member, member.userId === userId))}
    </ul>
    ${next && html`<p><a href="${next}">More users</a></p>`}
    <h2>What administrators did</h2>
    <ol>
      ${entries.map(entryItem)}
    </ol>
    <p><a href="/">Back</a></p>`
  return page(c, 'Users', body)
}

function memberItem({ userId, email, role }: Member, isSelf: boolean) {
  if (isSelf) return html`<li><bdi>${email}</bdi> (you)</li>`
  const more: unknown[] = [
    // #if impersonation
    !role && impersonationForm(userId),
    // #end
  ]
  return html`<li>
    <bdi>${email}</bdi>${role && ` (${role})`}
    <form method="post" action="/admin/role">
      <input type="hidden" name="user" value="${userId}" />
      <input type="hidden" name="role" value="${role ? '' : 'admin'}" />
      <button>${role ? 'Take the role' : 'Make an administrator'}</button>
    </form>
    ${more}
  </li>`
}

// #if impersonation
function impersonationForm(userId: string) {
  return html`<form method="post" action="/admin/impersonate">
    <input type="hidden" name="user" value="${userId}" />
    <label>Reason <input name="reason" maxlength="200" required /></label>
    <button>Act as this user</button>
  </form>`
}
// #end

function entryItem({ at, admin, user, action, reason }: AuditEntry) {
  const time = new Date(at).toISOString()
  return html`<li>
    <time datetime="${time}">${time.slice(0, 16).replace('T', ' ')}</time>:
    <bdi>${admin}</bdi> ${action}, <bdi>${user}</bdi>${reason && html`: <bdi>${reason}</bdi>`}
  </li>`
}
