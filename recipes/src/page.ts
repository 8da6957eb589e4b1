/** The frame of every page, and fields of forms. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

type Html = ReturnType<typeof html>

/** The text of each field that has a problem. */
export type Problems = Readonly<Record<string, string>>

/** A field of a form. */
interface Field {
  readonly name: string
  readonly label: string
  readonly type: 'email' | 'password' | 'text'
  /** What the browser fills in. */
  readonly autocomplete: string
  /** The keyboard of a phone. */
  readonly inputmode?: 'numeric'
  readonly value?: string | undefined
  readonly hint?: string | undefined
}

/** Responds with a page. */
export function page(
  c: Context,
  title: string,
  body: Html,
  status: ContentfulStatusCode = 200,
): Response | Promise<Response> {
  const head = [
    html`<link rel="stylesheet" href="/style.css" />`,
    // #if devices
    c.get('session') && html`<script src="/tabs.js" data-session="1"></script>`,
    // #end
  ]
  const before: unknown[] = [
    // #if impersonation
    c.get('banner'),
    // #end
  ]
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title}</title>
        ${head}
      </head>
      <body>
        ${before}
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html>`
  return c.html(document, status)
}

/** A field with its label, and with its problem if it has one. The first problem gets the focus. */
export function field(field: Field, problems: Problems = {}): Html {
  const { name, label, type, autocomplete, inputmode, value = '', hint } = field
  const problem = problems[name]
  const isFirst = problem !== undefined && Object.keys(problems)[0] === name
  return html`<p>
    <label for="${name}">${label}</label>
    ${hint && html`<span class="hint" id="${name}-hint">${hint}</span>`}
    ${problem && html`<strong class="problem" id="${name}-problem" role="alert">${problem}</strong>`}
    <input
      id="${name}"
      name="${name}"
      type="${type}"
      autocomplete="${autocomplete}"
      ${inputmode && html`inputmode="${inputmode}"`}
      value="${value}"
      aria-describedby="${hint ? `${name}-hint` : ''} ${problem ? `${name}-problem` : ''}"
      ${problem && html`aria-invalid="true"`}
      ${isFirst && html`autofocus`}
      required
    />
  </p>`
}
