import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const page = { Origin: 'https://app.example.com', 'Sec-Fetch-Site': 'same-site' }
const foreign = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }

describe('the program for a backend on another subdomain, in core’s README', () => {
  let call: (method: string, headers: Record<string, string>) => Promise<Response>

  beforeAll(async () => {
    const readme = await readFile(at('../packages/core/README.md'), 'utf8')
    const section = readme.split('\n## ').find((each) => each.startsWith('A backend on another'))
    const [, program = ''] = /^```ts\n([^]*?)^```/m.exec(section ?? '') ?? []
    const file = at('.cache/subdomain/main.ts')
    await mkdir(at('.cache/subdomain'), { recursive: true })
    await writeFile(file, program)
    const { default: server } = (await import(file)) as {
      default: { fetch(request: Request): Promise<Response> }
    }
    call = (method, headers) =>
      server.fetch(new Request('https://api.example.com/', { method, headers }))
  })

  it('signs the front end in, recognises it, and refuses every other page', async () => {
    const asks = { 'Access-Control-Request-Method': 'DELETE' }
    expect((await call('OPTIONS', { ...page, ...asks })).status).toBe(204)
    expect((await call('OPTIONS', { ...foreign, ...asks })).status).toBe(403)

    const signedIn = await call('POST', page)
    const { userId } = (await signedIn.json()) as { userId: string }
    expect(userId).toMatch(/^\S+$/)
    expect(signedIn.headers.get('Access-Control-Allow-Origin')).toBe(page.Origin)
    expect(signedIn.headers.get('Access-Control-Allow-Credentials')).toBe('true')

    const Cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    expect(await (await call('GET', { ...page, Cookie })).json()).toEqual({ userId })
    const unread = await call('GET', { ...foreign, Cookie })
    expect(unread.headers.get('Access-Control-Allow-Origin')).toBeNull()
    const refused = await call('POST', { ...foreign, Cookie })
    expect(refused.status).toBe(403)
    expect(refused.headers.getSetCookie()).toEqual([])
  })
})
