/** The programs of docs/node.md. */
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { visitor } from '@limen/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'

const programs: Record<string, () => Promise<{ readonly server: Server }>> = {
  node: () => import('./node.ts'),
  express: () => import('./express.ts'),
  koa: () => import('./koa.ts'),
  fastify: () => import('./fastify.ts'),
}

afterEach(() => void vi.unstubAllEnvs())

describe.each(Object.keys(programs))('the program for %s', (name) => {
  it('signs a visitor up, recognizes and signs them out, and refuses another site', async () => {
    vi.stubEnv('PORT', '0')
    // Koa logs errors that it answers with 500 and more: there must be none.
    using logged = vi.spyOn(console, 'error')
    const { server } = await programs[name]!()
    if (!server.listening) await once(server, 'listening')
    try {
      const { port } = server.address() as AddressInfo
      const ada = visitor({ origin: `http://localhost:${port}` })
      const post = (path: string, headers?: HeadersInit) =>
        ada.fetch(path, { method: 'POST', ...(headers && { headers }) })
      const me = async () => {
        const response = await ada.fetch('/me')
        return [response.status, await response.text()]
      }

      expect(await me()).toEqual([401, 'Unauthorized'])
      const evil = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }
      expect((await post('/sign-up', evil)).status).toBe(403)
      expect((await post('/sign-up')).status).toBe(303)
      expect(await me()).toEqual([200, 'Hello Ada'])
      expect((await post('/sign-out', evil)).status).toBe(403)
      expect((await post('/sign-out')).status).toBe(303)
      expect(await me()).toEqual([401, 'Unauthorized'])
      expect(logged).not.toHaveBeenCalled()
    } finally {
      server.close()
      server.closeAllConnections()
    }
  })
})
