import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const frontEnd = { Origin: 'https://app.example.com', 'Sec-Fetch-Site': 'same-site' }
const crossSite = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }

describe('the program in docs/subdomain.md', () => {
  let call: (method: string, headers: Record<string, string>) => Promise<Response>

  beforeAll(async () => {
    const page = await readFile(at('../docs/subdomain.md'), 'utf8')
    const [, program = ''] = /^```ts\n([^]*?)^```/m.exec(page) ?? []
    const file = at('.cache/subdomain/main.ts')
    await mkdir(at('.cache/subdomain'), { recursive: true })
    await writeFile(file, program)
    const { default: server } = (await import(file)) as {
      default: { fetch(request: Request): Promise<Response> }
    }
    call = (method, headers) =>
      server.fetch(new Request('https://api.example.com/', { method, headers }))
  })

  it('signs the front end in, validates its session, and refuses every other page', async () => {
    const asks = { 'Access-Control-Request-Method': 'DELETE' }
    expect((await call('OPTIONS', { ...frontEnd, ...asks })).status).toBe(204)
    expect((await call('OPTIONS', { ...crossSite, ...asks })).status).toBe(403)

    const signedIn = await call('POST', frontEnd)
    const { userId } = (await signedIn.json()) as { userId: string }
    expect(userId).toMatch(/^\S+$/)
    expect(signedIn.headers.get('Access-Control-Allow-Origin')).toBe(frontEnd.Origin)
    expect(signedIn.headers.get('Access-Control-Allow-Credentials')).toBe('true')

    const Cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    expect(await (await call('GET', { ...frontEnd, Cookie })).json()).toEqual({ userId })
    const unread = await call('GET', { ...crossSite, Cookie })
    expect(unread.headers.get('Access-Control-Allow-Origin')).toBeNull()
    const refused = await call('POST', { ...crossSite, Cookie })
    expect(refused.status).toBe(403)
    expect(refused.headers.getSetCookie()).toEqual([])
  })
})
