/** Pages made on the server from the one static page: for forms and addresses that fail. */
import type { Env } from './env.ts'

interface PageOptions {
  readonly status: number
  /** What happened, in one or two sentences. */
  readonly message: string
  /** Who is signed in; `undefined` where no session was read. */
  readonly name?: string | undefined
  /** The sign-in form again, with what was typed and what is wrong with it. */
  readonly signIn?: { readonly typed: string; readonly problem: string }
}

/** Answers with the static page, in which its script does not run. */
export async function page(
  request: Request,
  env: Env,
  { status, message, name, signIn }: PageOptions,
): Promise<Response> {
  const { body, headers } = await env.ASSETS.fetch(new URL('/', request.url))
  const rewriter = new HTMLRewriter()
    .on('script, noscript, #room', { element: (element) => void element.remove() })
    .on('#status', {
      element(element) {
        element.setInnerContent(message)
        if (signIn) element.setAttribute('role', 'alert')
        else element.after('<p><a href="/">Go to the chat</a></p>', { html: true })
      },
    })
  if (name !== undefined) {
    rewriter
      .on('#account', { element: (element) => void element.removeAttribute('hidden') })
      .on('#me', { element: (element) => void element.setInnerContent(name) })
  }
  if (signIn) {
    rewriter
      .on('#sign-in', { element: (element) => void element.removeAttribute('hidden') })
      .on('#name', {
        element(element) {
          element
            // The rewriter escapes quotes, but no ampersands.
            .setAttribute('value', signIn.typed.replaceAll('&', '&amp;'))
            .setAttribute('aria-invalid', 'true')
            .setAttribute('aria-describedby', 'name-problem name-hint')
            .setAttribute('autofocus', '')
        },
      })
      .on('#name-problem', {
        element(element) {
          element.setInnerContent(signIn.problem).removeAttribute('hidden')
        },
      })
  }
  const made = new Response(body, { status, headers })
  for (const name of ['ETag', 'Content-Length']) made.headers.delete(name)
  made.headers.set('Cache-Control', 'private, no-store')
  if (status === 503) made.headers.set('Retry-After', '30')
  return rewriter.transform(made)
}
