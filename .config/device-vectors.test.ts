import { expect, it } from 'vitest'
import { deviceVectors, writtenVectors } from './device-vectors.ts'

it('the published scenarios with device-bound sessions are those that the stores pass', () => {
  expect(writtenVectors()).toBe(deviceVectors())
  const { scenarios } = JSON.parse(writtenVectors()) as { scenarios: readonly object[] }
  expect(scenarios.length).toBeGreaterThan(70)
})
