/** Random scenarios with device-bound sessions, whose answers a model predicts. */
import { memoryStore } from '@limen/core/memory-store'
import fc from 'fast-check'
import { it } from 'vitest'
import { deviceApp, deviceServer } from '../src/device-app.ts'
import type { DeviceKey } from '../src/device-key.ts'
import { runDeviceScenario } from '../src/device-run.ts'
import type { DeviceRequestStep, DeviceStep } from '../src/device-scenario.ts'
import type { CaseSession, CaseUser } from '../src/store-case.ts'

const SESSIONS = 2

/** A session, as the model knows it. Times are in seconds. */
interface Model {
  readonly offeredAt: number
  isRevoked?: boolean
  key?: string
  boundAt?: number
  proofUntil?: number
  challengeUntil?: number
}

const command = fc.record({
  action: fc.constantFrom(
    'sign-in',
    ...Array<'bind'>(3).fill('bind'),
    ...Array<'register'>(3).fill('register'),
    ...Array<'refresh'>(5).fill('refresh'),
    ...Array<'visit'>(5).fill('visit'),
    'revoke',
    'wait',
    'wait',
  ),
  session: fc.nat(SESSIONS - 1),
  isThief: fc.nat(4).map((chance) => chance === 0),
  isDown: fc.nat(6).map((chance) => chance === 0),
  hasProof: fc.boolean(),
  // Beside any time, those around the ends of the minute, the proof and the offer.
  seconds: fc.oneof(
    fc.integer({ min: 1, max: 29 }),
    fc.constantFrom(30, 59, 60, 61, 299, 301, 600, 629, 631),
    fc.integer({ min: 200, max: 1400 }),
  ),
})

it('P1, P4: 1000 random histories of devices, thieves, revocations and outages', async () => {
  const server = deviceServer(deviceApp(memoryStore<CaseUser, CaseSession>()))
  const keys = new Map<string, DeviceKey>()
  const history = fc.asyncProperty(
    fc.array(command, { minLength: 8, maxLength: 30 }),
    async (plan) =>
      runDeviceScenario(server, { name: 'a random history', steps: predicted(plan) }, keys),
  )
  await fc.assert(history, { numRuns: 1000 })
}, 120_000)

type Command = typeof command extends fc.Arbitrary<infer Value> ? Value : never

/** The steps of a plan, with the answers that the model predicts. */
function predicted(plan: readonly Command[]): DeviceStep[] {
  const sessions = new Map<string, Model>()
  let now = 0
  return plan.flatMap((one): DeviceStep[] => {
    const session = `s${one.session}`
    const model = sessions.get(session)
    if (one.action === 'wait') {
      now += one.seconds
      return [{ step: 'wait', seconds: one.seconds }]
    }
    if (!model || one.action === 'sign-in') {
      sessions.set(session, { offeredAt: now })
      return [{ step: 'sign-in', session }]
    }
    if (one.action === 'revoke') {
      model.isRevoked = true
      return [{ step: 'revoke', session }]
    }
    if (one.action === 'visit') {
      const proofs = one.hasProof ? [{ from: 'proof' as const }] : []
      return [{ step: 'visit', session, proofs, isSignedIn: isSignedIn(model, one.hasProof, now) }]
    }
    if (one.action === 'bind') {
      const key = `key of ${session}`
      const registration = registered(model, key, now)
      return [
        { step: 'register', session, key, ...registration },
        { step: 'refresh', session, key, ...refreshed(model, key, now) },
      ]
    }
    const key = one.isThief ? 'thief' : `key of ${session}`
    const answer = one.isDown
      ? ({ status: 503 } as const)
      : one.action === 'register'
        ? registered(model, key, now)
        : refreshed(model, key, now)
    const step: DeviceStep = { step: one.action, session, key, ...answer }
    if (!one.isDown) return [step]
    return [{ step: 'store', isDown: true }, step, { step: 'store', isDown: false }]
  })
}

function isSignedIn({ isRevoked, boundAt, proofUntil }: Model, hasProof: boolean, now: number) {
  if (isRevoked) return false
  if (boundAt === undefined || now < boundAt + 60) return true
  return hasProof && proofUntil !== undefined && proofUntil > now - 30
}

type Answer = Pick<DeviceRequestStep, 'status' | 'reason'>

function registered(model: Model, key: string, now: number): Answer {
  if (model.isRevoked) return { status: 401, reason: 'unknown' }
  if (now > model.offeredAt + 300) return { status: 401, reason: 'challenge-expired' }
  if (model.key !== undefined && model.key !== key) return { status: 401, reason: 'key-mismatch' }
  model.key = key
  model.challengeUntil = now + 1200
  return { status: 200 }
}

function refreshed(model: Model, key: string, now: number): Answer {
  if (model.isRevoked) return { status: 401, reason: 'unknown' }
  if (model.key === undefined) return { status: 401, reason: 'unregistered' }
  const { challengeUntil = 0 } = model
  if (challengeUntil <= now) {
    model.challengeUntil = now + 1200
    return { status: 403 }
  }
  if (model.key !== key) return { status: 401, reason: 'signature-mismatch' }
  model.boundAt ??= now
  model.proofUntil = now + 600
  model.challengeUntil = now + 1200
  return { status: 200 }
}
