/** What only SvelteKit does, as tests of a running app. */
import { type Command, type Running, Visitor, type Watched, start, watch } from 'driver'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const CROSS_SITE = {
  Accept: 'text/html',
  Origin: 'https://evil.example',
  'Sec-Fetch-Site': 'cross-site',
}

/** Defines the tests of the app in a folder, which a command starts. */
export function describeTraps(
  name: string,
  folder: string,
  command: Command,
  NODE_ENV = 'development',
): void {
  describe(`${name} in ${NODE_ENV}: what only SvelteKit does`, () => {
    let watched: Watched
    let running: Running

    beforeAll(async () => {
      watched = watch(folder, { NODE_ENV })
      running = await start(command, watched)
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

    it('a refused setSession() in an action is the error page with 403', async () => {
      const visitor = await ada()
      const body = new URLSearchParams({ name: 'Eve' })
      const path = '/open/page?/signOut'
      const page = await visitor.send(path, { method: 'POST', headers: CROSS_SITE, body })
      expect(page.status).toBe(403)
      expect(page.body).toContain('Forbidden: cross-site')
      expect(page.cookies).toEqual([])
      const headers = { ...CROSS_SITE, Accept: 'application/json', 'X-SvelteKit-Action': 'true' }
      const enhanced = await visitor.send(path, { method: 'POST', headers, body })
      expect(enhanced.status).toBe(403)
      const error = expect.objectContaining({ message: 'Forbidden: cross-site' })
      expect(JSON.parse(enhanced.body)).toMatchObject({ type: 'error', error })
      expect(await watched.calls()).toEqual([])
    })

    it('a refused setSession() in an endpoint is 403', async () => {
      const visitor = await ada()
      const answer = await visitor.send('/open/set', { method: 'POST', headers: CROSS_SITE })
      expect([answer.status, answer.cookies]).toEqual([403, []])
    })

    it('event.fetch in an action that another site called is anonymous', async () => {
      const visitor = await ada()
      const sent = { method: 'POST', body: new URLSearchParams({ a: 'b' }) }
      const path = '/open/page?/fetching'
      const refused = await visitor.send(path, { ...sent, headers: CROSS_SITE })
      expect(refused.body).toContain('who: anonymous, who: anonymous')
      expect(await watched.calls()).toEqual([])
      const headers = {
        Accept: 'text/html',
        Origin: visitor.origin,
        'Sec-Fetch-Site': 'same-origin',
      }
      expect((await visitor.send(path, { ...sent, headers })).body).toContain('who: Ada, who: Ada')
      expect(await watched.calls(1)).toEqual(['read'])
    })

    it('a page whose endpoints read the session is private, renews, and reads once', async () => {
      const visitor = await ada()
      watched.makeIdle()
      const answer = await visitor.get('/fetched')
      expect(answer.who).toBe('Ada')
      expect(answer.headers['cache-control']).toBe('private, no-store')
      expect(answer.headers.vary).toContain('Cookie')
      expect(answer.cookies.filter((line) => line.startsWith('__Host-Http-session=')).length).toBe(
        1,
      )
      expect(await watched.calls(2)).toEqual(['read', 'renew'])
    })

    it('setSession() in a streamed promise throws AUTH_RESPONSE_SENT', async () => {
      const visitor = await ada()
      const answer = await visitor.get('/late/set')
      expect(answer.body).toContain('AUTH_RESPONSE_SENT')
      expect(answer.cookies).toEqual([])
    })
  })
}
