import type { AuthError } from '@limen/core'
import {
  express,
  fastify,
  koa,
  node,
  openUpgrade,
  requireOrigin,
  requireRecentSignIn,
  requireSession,
} from '@limen/node'
import { describe, expect, it } from 'vitest'
import { createAuth } from '../test/app.ts'
import * as catalogue from './messages.ts'

const callers = {
  express,
  fastify,
  koa,
  node,
  openUpgrade,
  requireOrigin,
  requireRecentSignIn,
  requireSession,
}

/** The code and message of the error that a call throws, whatever its types say. */
function errorOf(caller: keyof typeof callers, ...args: unknown[]): [string, string] {
  try {
    ;(callers[caller] as (...args: unknown[]) => unknown)(...args)
    return ['no error', '']
  } catch (error) {
    return [(error as AuthError).code, (error as AuthError).message]
  }
}

describe('AUTH_CONFIG errors', () => {
  const notAuth: [auth: unknown, got: string][] = [
    [undefined, 'undefined'],
    [null, 'null'],
    [{}, 'an object'],
    [() => {}, 'a function'],
    ['redis://:password@localhost', 'a string'],
    [Promise.resolve(), 'a promise: await it first'],
  ]
  it.each(notAuth)('A4: AUTH_FORM: auth cannot be %s', (auth, got) => {
    for (const name of [
      'openUpgrade',
      'requireOrigin',
      'requireRecentSignIn',
      'requireSession',
    ] as const) {
      const more = name === 'requireRecentSignIn' ? [{ withinMs: 1 }] : []
      expect(errorOf(name, auth, ...more)).toEqual([
        'AUTH_CONFIG',
        `${name}(): auth must be what limen() returned (got ${got})`,
      ])
    }
  })

  it('A4: OTHERWISE_FORM: otherwise must be a function', async () => {
    const { auth } = await createAuth(node())
    expect(errorOf('requireSession', auth, '/sign-in')).toEqual([
      'AUTH_CONFIG',
      'requireSession(): otherwise must be a function of the request and the response (got a string)',
    ])
    expect(errorOf('requireRecentSignIn', auth, { withinMs: 1 }, '/sign-in')).toEqual([
      'AUTH_CONFIG',
      'requireRecentSignIn(): otherwise must be a function of the request and the response (got a string)',
    ])
  })

  it.each([null, 0, -1, 1.5, Number.NaN, Infinity, '600000'])(
    'A4: WITHIN_FORM: withinMs cannot be %s',
    async (withinMs) => {
      const { auth } = await createAuth(node())
      const [code, message] = errorOf('requireRecentSignIn', auth, { withinMs })
      expect(code).toBe('AUTH_CONFIG')
      expect(message).toContain(
        `requireRecentSignIn(): withinMs must be ${catalogue.WITHIN_FORM} (got `,
      )
    },
  )

  it.each(['express', 'fastify', 'koa', 'node'] as const)(
    'A4: %s() takes a known option, and a function for it',
    (name) => {
      expect(errorOf(name, { waituntil: () => {} })[0]).toBe('AUTH_CONFIG')
      expect(errorOf(name, { waitUntil: 1 })).toEqual([
        'AUTH_CONFIG',
        `${name}(): waitUntil must be a function (got 1)`,
      ])
      expect(errorOf(name, { waitUntil: undefined })[0]).toBe('no error')
    },
  )
})
