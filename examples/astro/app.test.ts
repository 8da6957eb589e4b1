import { type Running, Visitor, type Watched, describeApp, start, watch } from 'driver'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const dev = ['astro', 'dev', '--port', '{port}'] as const
const json = { 'Content-Type': 'application/json' }

describeApp({
  name: 'Astro 7',
  folder: import.meta.dirname,
  dev,
  build: ['astro', 'build'],
  production: ['node', 'dist/server/entry.mjs'],
  data: { path: '/_actions/who', method: 'POST', headers: json, body: '{}' },
  late: 'private',
  leftOut: { cached: 'Astro has no server cache' },
})

// Without Sec-Fetch-Site, by which Astro's development server refuses requests itself.
const CROSS_SITE = { ...json, Origin: 'https://evil.example' }

describe('what only Astro does', () => {
  let watched: Watched
  let running: Running

  beforeAll(async () => {
    watched = watch(import.meta.dirname, { NODE_ENV: 'development' })
    running = await start(dev, watched)
  })
  afterAll(async () => {
    await running?.[Symbol.asyncDispose]()
    watched?.[Symbol.dispose]()
  })

  async function ada(): Promise<Visitor> {
    const visitor = new Visitor(running.port)
    await visitor.submit('sign-up', { name: 'Ada' })
    await watched.calls(2)
    return visitor
  }

  it('a rewrite reads once, and sends one cookie and one Vary', async () => {
    const visitor = await ada()
    watched.makeIdle()
    const answer = await visitor.get('/old')
    expect(answer.who).toBe('Ada')
    expect(answer.cookies.length).toBe(1)
    expect(answer.headers.vary).toBe('Cookie')
    expect(await watched.calls(2)).toEqual(['read', 'renew'])
  })

  it('a server island is a request of its own', async () => {
    const visitor = await ada()
    const page = await visitor.get('/island')
    const [, path] = /["'](\/_server-islands\/[^"']+)["']/.exec(page.body) ?? []
    watched.makeIdle()
    await watched.calls()
    const island = await visitor.get(path!.replaceAll('&amp;', '&'))
    expect(island.who).toBe('Ada')
    expect(island.cookies.length).toBe(1)
    expect(island.headers['cache-control']).toBe('private, no-store')
  })

  it('a refused setSession() in an action has the code FORBIDDEN', async () => {
    const visitor = await ada()
    const sent = { method: 'POST', headers: CROSS_SITE, body: '{}' }
    const answer = await visitor.send('/_actions/openSignOut', sent)
    expect(answer.status).toBe(403)
    expect(JSON.parse(answer.body)).toMatchObject({ type: 'AstroActionError', code: 'FORBIDDEN' })
    expect(answer.cookies).toEqual([])
    expect(await watched.calls()).toEqual([])
  })

  it('a refused setSession() in an endpoint is 403', async () => {
    const visitor = await ada()
    const sent = { method: 'POST', headers: CROSS_SITE, body: '{}' }
    const answer = await visitor.send('/open/set', sent)
    expect([answer.status, answer.body]).toEqual([403, 'Forbidden: origin-mismatch'])
  })
})
