/** The program for Bun in docs/node.md. */
import { Visitor, start, watch } from 'driver'
import { expect, it } from 'vitest'
import { bun } from '../../.config/bun.ts'

it('signs a visitor up, recognizes and signs them out, and refuses another site', async () => {
  using watched = watch(import.meta.dirname, {})
  await using running = await start([bun() ?? 'bun', 'program.ts'], watched)
  const ada = new Visitor(running.port)
  const post = async (path: string, Origin = ada.origin) =>
    (await ada.send(path, { method: 'POST', headers: { Origin } })).status
  const me = async () => {
    const { status, body } = await ada.get('/me')
    return [status, body]
  }
  expect(await me()).toEqual([401, 'Unauthorized'])
  expect(await post('/sign-up', 'https://evil.example')).toBe(403)
  expect(await post('/sign-up')).toBe(303)
  expect(await me()).toEqual([200, 'Hello Ada'])
  expect(await post('/sign-out', 'https://evil.example')).toBe(403)
  expect(await post('/sign-out')).toBe(303)
  expect(await me()).toEqual([401, 'Unauthorized'])
})
