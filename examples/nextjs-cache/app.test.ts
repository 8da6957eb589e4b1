/** With `cacheComponents`, a page is prerendered except below `<Suspense>`. */
import { type Running, Visitor, type Watched, build, start, watch } from 'driver'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

describe('Next.js 16.4.6 with cacheComponents, in production', () => {
  let watched: Watched
  let running: Running
  beforeAll(async () => {
    watched = watch(import.meta.dirname, { NODE_ENV: 'production' })
    await build(['next', 'build'], watched)
    running = await start(['next', 'start', '--port', '{port}'], watched)
  })
  afterAll(async () => {
    await running[Symbol.asyncDispose]()
    watched[Symbol.dispose]()
  })

  async function signedUp(): Promise<Visitor> {
    const visitor = new Visitor(running.port)
    await visitor.send('/sign-up', { method: 'POST', headers: { Origin: visitor.origin } })
    await watched.calls(2)
    return visitor
  }

  it('a page and its layout read the store once, below <Suspense>', async () => {
    const visitor = await signedUp()
    const { body, who } = await visitor.get('/')
    expect([body.includes('prerendered'), who]).toEqual([true, 'Ada'])
    expect(await watched.calls(1)).toEqual(['read'])
    expect((await new Visitor(running.port).get('/')).who).toBe('anonymous')
  })

  it("'use cache: private' gives no page to another visitor", async () => {
    const visitor = await signedUp()
    expect((await visitor.get('/private')).body).toContain('Hello Ada')
    const { body } = await new Visitor(running.port).get('/private')
    expect(body).toContain('Hello anonymous')
    expect(body).not.toContain('Ada')
  })

  it('does not read the clock while it prerenders', () => {
    expect(running.log()).not.toContain('Date.now')
  })
})
