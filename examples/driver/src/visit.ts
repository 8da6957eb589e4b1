/** A visitor: sends exact headers over real connections, and keeps cookies as a browser does. */
import { type IncomingHttpHeaders, request } from 'node:http'
import { parse } from 'node-html-parser'

/** What a visitor sends. */
export interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | FormData | URLSearchParams
}

/** What a visitor receives. Redirects are not followed. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** The whole `Set-Cookie` lines. */
  readonly cookies: readonly string[]
  readonly body: string
  /** The name after `who:` in the body, or in JSON. */
  readonly who: string | undefined
}

/** What a browser sends when a form is submitted. */
export interface Form {
  readonly path: string
  readonly method: 'POST'
  readonly body: FormData | URLSearchParams
}

/** The ids of the forms of the page `/`. */
export type FormId = 'sign-up' | 'sign-out'

/** A browser without scripts, as far as cookies and forms go. */
export class Visitor {
  readonly origin: string
  readonly #cookies = new Map<string, string>()
  readonly #port: number

  constructor(port: number) {
    this.#port = port
    this.origin = `http://localhost:${port}`
  }

  /** Visits a page as a navigation of this site does. */
  get(path: string, headers: Sent['headers'] = {}): Promise<Answer> {
    return this.send(path, { headers: { ...NAVIGATION, ...headers } })
  }

  /** Submits a form of the page `/`. */
  async submit(id: FormId, fields: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const { path, ...sent } = await this.form(id, fields)
    return this.send(path, {
      ...sent,
      headers: { ...NAVIGATION, Origin: this.origin, 'Sec-Fetch-Site': 'same-origin' },
    })
  }

  /** Reads a form of the page `/`: what a browser would send when it is submitted. */
  async form(id: FormId, fields: Readonly<Record<string, string>> = {}): Promise<Form> {
    const page = await this.get('/')
    const form = parse(page.body).querySelector(`form#${id}`)
    if (!form) throw new Error(`GET / has no form with the id "${id}":\n${page.body}`)
    const isMultipart = form.getAttribute('enctype')?.toLowerCase() === 'multipart/form-data'
    const body = isMultipart ? new FormData() : new URLSearchParams()
    for (const input of form.querySelectorAll('input')) {
      const name = input.getAttribute('name')
      if (name) body.append(name, fields[name] ?? input.getAttribute('value') ?? '')
    }
    const path = new URL(form.getAttribute('action') || '/', this.origin)
    return { path: path.pathname + path.search, method: 'POST', body }
  }

  /** Sends a request with these headers, and the cookies so far. */
  async send(path: string, { method = 'GET', headers = {}, body }: Sent = {}): Promise<Answer> {
    const encoded = body === undefined ? undefined : new Response(body)
    const bytes = encoded && Buffer.from(await encoded.arrayBuffer())
    const type = encoded?.headers.get('Content-Type')
    const cookie = Array.from(this.#cookies, (pair) => pair.join('=')).join('; ')
    const sent = {
      ...(type && { 'Content-Type': type }),
      ...(bytes && { 'Content-Length': String(bytes.length) }),
      ...(cookie && { Cookie: cookie }),
      ...headers,
    }
    const answer = await this.#answer(path, method, sent, bytes)
    for (const line of answer.cookies) this.#keep(line)
    return answer
  }

  /** The cookies that it would send. */
  get cookies(): ReadonlyMap<string, string> {
    return this.#cookies
  }

  #answer(
    path: string,
    method: string,
    headers: Readonly<Record<string, string>>,
    bytes: Buffer | undefined,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const options = { host: 'localhost', port: this.#port, path, method, headers, agent: false }
      const sending = request(options, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            cookies: response.headers['set-cookie'] ?? [],
            body: text,
            who: whoIn(text),
          })
        })
      })
      sending.on('error', reject)
      sending.end(bytes)
    })
  }

  #keep(line: string): void {
    const [, name = '', value = '', attributes = ''] = /^([^=]*)=([^;]*)(.*)$/.exec(line) ?? []
    const isGone =
      /;\s*max-age=0\b/i.test(attributes) || /;\s*expires=thu, 01 jan 1970/i.test(attributes)
    if (isGone) this.#cookies.delete(name)
    else this.#cookies.set(name, value)
  }
}

/** The headers of a navigation in a browser that a link of the same site started. */
const NAVIGATION = {
  Accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
  'Sec-Fetch-Dest': 'document',
  'Sec-Fetch-Mode': 'navigate',
  'Sec-Fetch-Site': 'same-origin',
  'Sec-Fetch-User': '?1',
}

/** Finds the name after `who:`. Frameworks put comments between texts. */
function whoIn(body: string): string | undefined {
  const text = body.replaceAll(/<!--.*?-->/gs, '').replaceAll(/<[^>]*>/g, '')
  return /who\\?"?:\s*\\?"?(\w+)/.exec(text)?.[1]
}
