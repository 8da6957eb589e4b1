import { expect, it } from 'vitest'
import { completed } from './choices.ts'
import { readFlags } from './flags.ts'
import type { UsageErrorCode } from './messages.ts'

const choicesOf = (...args: string[]) => completed(readFlags(args).chosen, 'workers')

it('without flags, takes the defaults', () => {
  expect(choicesOf()).toEqual({
    runtime: 'workers',
    store: 'd1',
    ways: ['passphrase', 'email'],
    extras: ['devices'],
    providers: [],
    framework: 'hono',
  })
})

it.each([
  [['--runtime', 'node'], { runtime: 'node', store: 'postgres' }],
  [['--store', 'sqlite'], { runtime: 'node', store: 'sqlite' }],
  [['--store=deno-kv'], { runtime: 'deno', store: 'deno-kv' }],
  [['--sign-in', 'oauth'], { ways: ['oauth'], providers: ['github', 'google'] }],
  [['--providers', 'apple'], { ways: ['oauth'], providers: ['apple'] }],
  [['--sign-in', 'totp', '--sign-in', 'email'], { ways: ['email', 'totp'] }],
  [['--with', 'none'], { extras: [] }],
  [['--with', 'roles,devices'], { extras: ['devices', 'roles'] }],
])('%j chooses %j', (args, expected) => {
  expect(choicesOf(...args)).toMatchObject(expected)
})

const refused: [args: string[], code: UsageErrorCode, text: string][] = [
  [['--runtime', 'bun'], 'UNKNOWN_CHOICE', '--runtime must be of workers, node, deno (got "bun").'],
  [['--framework', 'koa'], 'UNKNOWN_CHOICE', '--framework must be hono (got "koa").'],
  [
    ['--runtime', 'node', '--store', 'd1'],
    'STORE_OF_OTHER_RUNTIME',
    '--store must be postgres or sqlite with --runtime node (got "d1").',
  ],
  [
    ['--sign-in', 'passkey,totp'],
    'NEEDS_FIRST_FACTOR',
    '--sign-in needs at least one of passphrase, email, oauth: the others are added to an account that exists (got "passkey,totp").',
  ],
  [['--with', 'impersonation'], 'NEEDS_OTHER', '"impersonation" needs "roles" in --with.'],
  [
    ['--sign-in', 'email', '--with', 'api'],
    'NEEDS_OTHER',
    '"api" needs "passphrase" in --sign-in.',
  ],
  [
    ['--sign-in', 'email', '--providers', 'github'],
    'PROVIDERS_WITHOUT_OAUTH',
    '--providers needs "oauth" in --sign-in.',
  ],
]

it.each(refused)('%j is refused with %s', (args, code, message) => {
  expect(() => choicesOf(...args)).toThrow(expect.objectContaining({ code, message }))
})

it('an unknown flag is refused, with the way to see all of them', () => {
  expect(() => choicesOf('--colour', 'red')).toThrow(
    expect.objectContaining({
      code: 'UNKNOWN_FLAG',
      message: expect.stringMatching(
        /^Unknown option '--colour'[^]*npm create limen -- --help shows all flags\.$/,
      ),
    }),
  )
})

it('asks nothing when a flag chooses something', () => {
  expect(readFlags(['app']).asksNothing).toBe(false)
  expect(readFlags(['app', '--yes']).asksNothing).toBe(true)
  expect(readFlags(['app', '--store', 'sqlite']).asksNothing).toBe(true)
})
