import { applyD1Migrations, reset } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { type CaseSession, type CaseUser, type Pace, storeSuite } from '@limen/conformance'
import { type Store, splitStore } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { describe, it } from 'vitest'
import { d1Store } from './d1-store.ts'

const MINUTES = 600_000

const mixed: [name: string, open: () => Promise<ReturnType<typeof split>>][] = [
  [
    'its sessions',
    async () => split(await emptyD1<object, CaseSession>(), memoryStore<CaseUser>()),
  ],
  [
    'its users',
    async () => split(memoryStore<object, CaseSession>(), await emptyD1<CaseUser, object>()),
  ],
]

describe.each(mixed)('splitStore() with %s in D1', (_name, open) => {
  it.each(storeSuite({ open }, { histories: 15 }))('$name', ({ run }) => run(), MINUTES)
})

function split(sessions: Store<object, CaseSession>, users: Store<CaseUser, object>) {
  return {
    connect: (pace: Pace) => splitStore({ sessions: pace(sessions), users: pace(users) }),
  }
}

async function emptyD1<User, Session>(): Promise<Store<User, Session>> {
  await reset()
  await applyD1Migrations(env.DB, env.MIGRATIONS)
  return d1Store<User, Session>(env.DB)
}
