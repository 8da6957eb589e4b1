/** Renders the static page on the server: for rejected forms, step-up and failures. */
import type { Env } from './env.ts'

interface PageOptions {
  readonly status: number
  /** What happened, in one or two sentences. */
  readonly message: string
  /** The user's name; `undefined` if no session was read. */
  readonly name?: string | undefined
  /** The input of the sign-in form, and its problem, if it was rejected. */
  readonly signIn?: {
    readonly input: string
    readonly remember: boolean
    readonly problem?: string
  }
}

/** Answers with the static page, without its script. */
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
            // The rewriter escapes quotes, but not ampersands.
            .setAttribute('value', signIn.input.replaceAll('&', '&amp;'))
            .setAttribute('autofocus', '')
          if (signIn.problem === undefined) return
          element
            .setAttribute('aria-invalid', 'true')
            .setAttribute('aria-describedby', 'name-problem name-hint')
        },
      })
      .on('#name-problem', {
        element(element) {
          if (signIn.problem === undefined) return
          element.setInnerContent(signIn.problem).removeAttribute('hidden')
        },
      })
      .on('#remember', {
        element(element) {
          if (signIn.remember) element.setAttribute('checked', '')
        },
      })
  }
  const response = new Response(body, { status, headers })
  for (const name of ['ETag', 'Content-Length']) response.headers.delete(name)
  response.headers.set('Cache-Control', 'private, no-store')
  if (status === 503) response.headers.set('Retry-After', '30')
  return rewriter.transform(response)
}
