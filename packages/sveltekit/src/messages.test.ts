import { type AuthError, limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { authenticate } from '@limen/sveltekit'
import { describe, expect, it } from 'vitest'
import { type AppSession, CROSS_SITE, createAuth } from '../test/app.ts'
import { type Hook, kit } from '../test/kit.ts'
import * as catalogue from './messages.ts'

const auth = limen({ store: memoryStore() })
const called = authenticate as unknown as (...args: unknown[]) => Hook<AppSession>

/** The code and message of the error that a call throws, or its hook. */
async function errorOf(...args: unknown[]): Promise<[code: string, message: string]> {
  try {
    const { visit } = await createAuth()
    let thrown: unknown
    const watching: Hook<AppSession> = async ({ event, resolve }) => {
      try {
        return await resolve(event)
      } catch (error) {
        thrown = error
        return new Response()
      }
    }
    await kit<AppSession>([watching, called(...args)], () => new Response('page'))(visit())
    if (thrown) throw thrown
    return ['none', '']
  } catch (error) {
    return [(error as AuthError).code, (error as AuthError).message]
  }
}

describe('AUTH_CONFIG errors', () => {
  const notAuth: [auth: unknown, got: string][] = [
    [undefined, 'undefined'],
    [null, 'null'],
    [{}, 'an object'],
    ['redis://:password@localhost', 'a string'],
    [Promise.resolve(auth), 'a promise: await it first'],
  ]
  it.each(notAuth)('AUTH_FORM: auth cannot be %s', async (given, got) => {
    const message = `authenticate(): auth must be what limen() returned, or a function of the event that returns it (got ${got})`
    for (const source of [given, () => given]) {
      expect(await errorOf(source)).toEqual(['AUTH_CONFIG', message])
    }
  })

  const options: [options: unknown, message: string][] = [
    [null, '(): options must be an object (got null)'],
    [
      { eagre: true },
      '(): eagre is not an option. The options are: eager, requireOrigin, waitUntil',
    ],
    [{ eager: 'yes' }, '(): eager must be true, false or a function of the event (got "yes")'],
    [
      { requireOrigin: 1 },
      '(): requireOrigin must be true, false or a function of the event (got 1)',
    ],
    [{ waitUntil: true }, '(): waitUntil must be a function (got true)'],
  ]
  it.each(options)('CHOICE_FORM: options cannot be %j', async (given, message) => {
    expect(await errorOf(auth, given)).toEqual(['AUTH_CONFIG', `authenticate${message}`])
  })

  it('every option can be undefined', async () => {
    const all = { eager: undefined, requireOrigin: undefined, waitUntil: undefined }
    expect(await errorOf(auth, all)).toEqual(['none', ''])
    expect(await errorOf(auth, undefined)).toEqual(['none', ''])
  })
})

describe('responses', () => {
  it.each([
    [CROSS_SITE, 'Forbidden: cross-site'],
    [{ Origin: 'https://evil.example' }, 'Forbidden: origin-mismatch'],
  ])('forbidden()', async (headers, text) => {
    const { visit } = await createAuth()
    const hooks = [called(auth, { requireOrigin: true })]
    const request = new Request(visit('/', {}).url, { method: 'POST', headers })
    const response = await kit<AppSession>(hooks, () => new Response())(request)
    expect([response.status, await response.text()]).toEqual([403, text])
  })

  it('the catalogue has no other messages', () => {
    expect(Object.keys(catalogue).toSorted()).toEqual(['AUTH_FORM', 'CHOICE_FORM', 'forbidden'])
  })
})
