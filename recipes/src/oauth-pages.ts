/** The pages of the recipe for accounts at providers. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Identity } from './identities.ts'
import { withNext } from './next-page.ts'
import type { Provider } from './oauth-client.ts'
import { page } from './page.ts'

type Html = ReturnType<typeof html>
type Named = Pick<Provider, 'id' | 'name'>

/** The page with a button for each provider. */
export function providersPage(c: Context, providers: readonly Named[], next: string) {
  const buttons = providers.map(
    ({ id, name }) =>
      html`<form method="post" action="/oauth/${id}">
        <input type="hidden" name="next" value="${next}" />
        <p><button>Continue with ${name}</button></p>
      </form>`,
  )
  const body = html`${buttons} ${buttons.length === 0 && html`<p>No provider is set up.</p>`}
    <p><a href="${withNext('/sign-in', next)}">Sign in another way</a></p>`
  return page(c, 'Sign in with another account', body)
}

/**
 * A page that opens an address at once, without a script.
 *
 * Not a redirect: the policy `form-action` of the page before applies to that, too, and would refuse the
 * provider's site. And cookies that another site's form does not send are sent by this page.
 */
export function continuePage(c: Context, name: string, url: string) {
  c.header('Refresh', `0; url=${url}`)
  return page(c, `Continue to ${name}`, html`<p><a href="${url}">Continue</a></p>`)
}

/** The page for a sign-in that did not work. */
export function failedPage(c: Context, status: ContentfulStatusCode, text: string) {
  const body = html`<p role="alert">${text}</p>
    <p><a href="/oauth">Sign in</a> or go to <a href="/connections">your connections</a>.</p>`
  return page(c, 'You are not signed in', body, status)
}

/** The page for an account at a provider that belongs to no user and cannot create one. */
export function noAccountPage(c: Context, { name }: Named, email: string | null) {
  const isTaken = email !== null
  const ways: Html[] = [
    // #if passphrase
    html`, or <a href="/sign-up">sign up here</a> and then connect ${name}`,
    // #end
  ]
  const reason = isTaken
    ? html`<bdi>${email}</bdi> already has an account here, which is not connected to ${name}.`
    : html`${name} has not confirmed an e-mail address of yours.`
  const advice = isTaken
    ? html`<a href="/sign-in?next=%2Fconnections">Sign in to it</a>, then connect ${name}.`
    : html`Confirm it at ${name}${ways}.`
  const body = html`<p role="alert">${reason}</p>
    <p>${advice}</p>`
  return page(c, 'You have no account yet', body, isTaken ? 409 : 403)
}

/** The page on which a user connects and disconnects accounts. */
export function connectionsPage(
  c: Context,
  providers: readonly Named[],
  connected: readonly Identity[],
  problem?: string,
  status?: ContentfulStatusCode,
) {
  const nameOf = (provider: string) => providers.find(({ id }) => id === provider)?.name ?? provider
  const list = connected.map(
    ({ provider, subject }) =>
      html`<form method="post" action="/connections/disconnect">
        <input type="hidden" name="provider" value="${provider}" />
        <input type="hidden" name="subject" value="${subject}" />
        <p>
          ${nameOf(provider)} (<bdi>${subject}</bdi>)
          <button>Disconnect ${nameOf(provider)}</button>
        </p>
      </form>`,
  )
  const others = providers.map(
    ({ id, name }) =>
      html`<form method="post" action="/connections/${id}">
        <p><button>Connect ${name}</button></p>
      </form>`,
  )
  const body = html`${problem && html`<p role="alert" class="problem">${problem}</p>`} ${list}
    ${others}
    <p><a href="/">Back</a></p>`
  return page(c, 'Connected accounts', body, status)
}
