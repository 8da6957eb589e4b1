import '../test/migrated.ts'
import {
  createExecutionContext,
  createScheduledController,
  waitOnExecutionContext,
} from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { ageSession } from '@limen/testing'
import { d1Store } from '@limen/workers'
import { expect, it } from 'vitest'
import { count, Visitor } from '../test/visitor.ts'
import worker from './index.ts'

it('deletes only expired sessions on the cron trigger', async () => {
  const expired = await new Visitor().signUp('Expired')
  const active = await new Visitor().signUp('Active')
  await ageSession(d1Store(env.DB), expired, { days: 15 })
  const ctx = createExecutionContext()

  await worker.scheduled(createScheduledController(), env, ctx)
  await waitOnExecutionContext(ctx)

  expect(await count('limen_session')).toBe(1)
  expect(await (await active.get('/')).text()).toContain('Signed in as')
})
