import { type AuthError, limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { authenticate } from '@limen/astro'
import { describe, expect, it } from 'vitest'
import { type AppSession, createAuth } from '../test/app.ts'
import { type Handler, astroApp } from '../test/astro.ts'
import * as catalogue from './messages.ts'

const auth = limen({ store: memoryStore() })
const called = authenticate as unknown as (...args: unknown[]) => Handler<AppSession>

/** The code and message of the error that a call throws, or its middleware. */
async function errorOf(...args: unknown[]): Promise<[code: string, message: string]> {
  try {
    const { visit } = await createAuth()
    let thrown: unknown
    const watching: Handler<AppSession> = (_, next) =>
      next().catch((error: unknown) => {
        thrown = error
        return new Response()
      })
    await astroApp<AppSession>([watching, called(...args)], () => new Response('page'))(visit())
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
    const message = `authenticate(): auth must be what limen() returned, or a function of the context that returns it (got ${got})`
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
    [{ eager: 'yes' }, '(): eager must be true, false or a function of the context (got "yes")'],
    [
      { requireOrigin: 1 },
      '(): requireOrigin must be true, false or a function of the context (got 1)',
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

  it('authenticate.test.ts has LOCALS_SHARED and forbidden(), and there are no others', () => {
    expect(Object.keys(catalogue).toSorted()).toEqual([
      'AUTH_FORM',
      'CHOICE_FORM',
      'LOCALS_SHARED',
      'forbidden',
    ])
  })
})
