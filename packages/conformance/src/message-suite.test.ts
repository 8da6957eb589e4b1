import { AuthError } from '@limen/core'
import { describe, expect, it } from 'vitest'
import { messageSuite } from './index.ts'

const catalogue = { FORM: 'a number above 0', failed: (line: string) => `failed: ${line}` }
const text = 'limit must be a number above 0 (got 0)'
const thrower = (error: unknown) => () => {
  throw error
}

describe('messageSuite()', () => {
  const suiteOf = (act: () => unknown, expected = text) =>
    messageSuite(catalogue, {
      FORM: ['AUTH_CONFIG', [expected, act]],
      failed: ['TypeError', ['failed: late', async () => thrower(new TypeError('failed: late'))()]],
    })

  it('passes where each call fails with its code and text', async () => {
    const suite = suiteOf(thrower(new AuthError('AUTH_CONFIG', text)))
    expect(suite.map(({ name }) => name)).toEqual([
      `AUTH_CONFIG: ${text}`,
      'TypeError: failed: late',
    ])
    for (const { run } of suite) await run()
  })

  const broken: [what: string, act: () => unknown, expected?: string][] = [
    ['does not fail', () => 7],
    ['fails with another code', thrower(new AuthError('AUTH_STORE_REJECTED', text))],
    ['fails with another text', thrower(new AuthError('AUTH_CONFIG', `${text}.`))],
    ['fails with a text without the form', thrower(new AuthError('AUTH_CONFIG', 'no')), 'no'],
  ]
  it.each(broken)('rejects a call that %s', async (_, act, expected) => {
    await expect(suiteOf(act, expected)[0]!.run()).rejects.toThrow()
  })
})
