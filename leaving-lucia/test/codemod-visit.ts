/** What a visitor of the codemod's apps sees: the same before and after. */
import { request } from 'node:http'
import { expect } from 'vitest'

/** A browser: it keeps cookies, and says from where it comes. */
export class Visitor {
  readonly #port: number
  readonly cookies: Map<string, string>

  constructor(port: number, cookies: ReadonlyMap<string, string> = new Map()) {
    this.#port = port
    this.cookies = new Map(cookies)
  }

  get(path: string): Promise<Answer> {
    return this.#send('GET', path, {})
  }

  post(path: string, form: Record<string, string> = {}, origin?: string): Promise<Answer> {
    const body = new URLSearchParams(form).toString()
    const headers = {
      origin: origin ?? `http://127.0.0.1:${this.#port}`,
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(Buffer.byteLength(body)),
    }
    return this.#send('POST', path, headers, body)
  }

  #send(method: string, path: string, headers: Record<string, string>, body = ''): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          host: '127.0.0.1',
          port: this.#port,
          method,
          path,
          headers: cookie ? { ...headers, cookie } : headers,
        },
        (response) => {
          for (const line of response.headers['set-cookie'] ?? []) this.#keep(line)
          let text = ''
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
          response.on('end', () => resolve({ status: response.statusCode!, text }))
        },
      )
      sent.on('error', reject).end(body)
    })
  }

  #keep(line: string): void {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
    if (value === '' || /Max-Age=0\b/i.test(line)) this.cookies.delete(name!)
    else this.cookies.set(name!, value!)
  }
}

interface Answer {
  readonly status: number
  readonly text: string
}

const ADA = { username: 'Ada', password: 'correct horse' }

/** Signs up on the app for version 2, and does what one can do there. Returns a browser that is signed in. */
export async function visitV2(port: number, username: string): Promise<Visitor> {
  const form = { ...ADA, username }
  const phone = new Visitor(port)
  expect(await phone.get('/')).toEqual({ status: 200, text: 'anonymous' })
  expect((await phone.post('/signup', form)).status).toBe(302)
  expect(await phone.get('/')).toEqual({ status: 200, text: `${username} on phone` })
  expect((await phone.get('/raw')).text).toBe('cookie')

  const desk = new Visitor(port)
  expect((await desk.post('/login', { ...form, password: 'wrong' })).status).toBe(400)
  expect((await desk.post('/login', { ...form, username: 'anonymous' })).status).toBe(400)
  await signInV2(desk, username)
  expect((await desk.get('/others')).text).toBe('desk phone')

  expect((await desk.post('/logout', {}, 'https://evil.example')).status).not.toBe(302)
  expect((await desk.get('/')).text).toBe(`${username} on desk`)
  expect((await desk.post('/logout')).status).toBe(302)
  expect((await desk.get('/')).text).toBe('anonymous')
  expect(desk.cookies.size).toBe(0)
  expect((await desk.get('/local')).text).toBe('xunrelated')
  return phone
}

/** Signs in with the passphrase of {@link visitV2}. */
export async function signInV2(visitor: Visitor, username: string): Promise<void> {
  expect((await visitor.post('/login', { ...ADA, username })).status).toBe(302)
  expect((await visitor.get('/')).text).toBe(`${username} on desk`)
}

/** Signs up on the app for version 3, and does what one can do there. Returns a browser that is signed in. */
export async function visitV3(port: number, username: string): Promise<Visitor> {
  const form = { ...ADA, username }
  const phone = new Visitor(port)
  expect(await phone.get('/')).toEqual({ status: 200, text: 'anonymous' })
  expect((await phone.get('/me')).status).toBe(401)
  expect((await phone.post('/signup', form, 'https://evil.example')).status).toBe(403)
  expect((await phone.post('/signup', form)).status).toBe(302)
  expect(await phone.get('/')).toEqual({ status: 200, text: username })
  expect((await phone.get('/me')).text).toBe('true true')

  const desk = new Visitor(port)
  expect((await desk.post('/login', { ...form, password: 'wrong' })).status).toBe(400)
  expect((await desk.post('/login', form)).status).toBe(302)
  expect((await desk.get('/sessions')).text).toBe('2')
  expect((await desk.post('/logout')).status).toBe(302)
  expect((await desk.get('/')).text).toBe('anonymous')
  expect(desk.cookies.size).toBe(0)
  expect((await phone.get('/sessions')).text).toBe('1')

  const other = new Visitor(port)
  expect((await other.post('/login', form)).status).toBe(302)
  expect((await other.post('/logout-all')).status).toBe(302)
  expect((await phone.get('/')).text).toBe('anonymous')
  expect((await phone.post('/login', form)).status).toBe(302)
  return phone
}
