import { applyD1Migrations, reset } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { ticketSuite } from '@limen/conformance'
import { tickets } from '@limen/core/tickets'
import { beforeEach, describe, expect, it } from 'vitest'
import { d1TicketStore } from './d1-ticket-store.ts'

const HOUR = 3_600_000

async function emptyDatabase(): Promise<void> {
  await reset()
  await applyD1Migrations(env.DB, env.MIGRATIONS)
}

describe('d1TicketStore()', () => {
  const open = async () => {
    await emptyDatabase()
    return { connect: () => d1TicketStore(env.DB) }
  }
  it.each(ticketSuite({ open }))('$name', ({ run }) => run())
})

describe('d1TicketStore(), counted at the driver', () => {
  beforeEach(emptyDatabase)

  it('costs one statement on the primary for each call', async () => {
    const sent: string[] = []
    const db = new Proxy(env.DB, {
      get(target, key) {
        const member: unknown = Reflect.get(target, key, target)
        if (typeof member !== 'function') return member
        return (...args: unknown[]) => {
          sent.push(String(key))
          return Reflect.apply(member, target, args)
        }
      },
    })
    const code = { digits: 6, attempts: 3 }
    const codes = tickets(d1TicketStore(db), { purpose: 'code', expiresInMs: HOUR, code })
    const created = await codes.create({ to: 'ada' })
    expect(sent.splice(0)).toEqual(['prepare'])
    expect(await codes.take(created.token, created.code)).toMatchObject({ valid: true })
    expect(sent.splice(0), 'attempt and take').toEqual(['prepare', 'prepare'])
    await codes.deleteExpired()
    expect(sent.splice(0)).toEqual(['prepare'])
    expect(await codes.take('malformed', created.code)).toMatchObject({ valid: false })
    expect(sent).toEqual([])
  })

  it('P3: stores neither the token nor the code of a ticket', async () => {
    const code = { digits: 6, attempts: 3 }
    const store = d1TicketStore(env.DB)
    const codes = tickets(store, { purpose: 'code', expiresInMs: HOUR, code })
    const created = await codes.create({ to: 'ada' })
    const { results } = await env.DB.prepare('select * from limen_ticket').all()
    expect(results).toMatchObject([{ attempts_left: 3, data: '{"to":"ada"}' }])
    const { id, code_hash: hash } = results[0] as { id: string; code_hash: string }
    expect([id, hash]).toEqual([expect.stringMatching(/^.{43}$/), expect.stringMatching(/^.{43}$/)])
    expect(JSON.stringify(results)).not.toContain(created.token)
    expect([id, hash]).not.toContain(created.code)
  })
})
