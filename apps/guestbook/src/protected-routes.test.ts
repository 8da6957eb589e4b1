import '../test/migrated.ts'
import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { routeCases, signIn, withOutage } from '@limen/testing'
import { d1Store } from '@limen/workers'
import { describe, it, vi } from 'vitest'
import { app } from './app.ts'
import { authFor } from './auth.ts'

// The app logs outages.
vi.spyOn(console, 'error').mockImplementation(() => {})

const fetch = (request: Request, bindings = env) =>
  app.fetch(request, bindings, createExecutionContext())

const visitor = () =>
  signIn(authFor(env), {
    attributes: { name: 'Ada' },
    sessionAttributes: { device: 'Firefox on Linux' },
    origin: 'http://localhost:8787',
    fetch,
  })

const store = d1Store(env.DB)
const outage = (request: Request) => fetch(request, { ...env, DB: withOutage(env.DB) })

const form = (fields: Record<string, string>) => ({
  method: 'POST',
  body: new URLSearchParams(fields),
})

describe('pages for signed-in visitors', () => {
  const toSignIn = ({ headers }: Response) =>
    headers.get('Location')?.startsWith('/sign-in?next=') ?? false
  const expected = { unauthenticated: toSignIn, unavailable: 503 }

  for (const path of ['/account', '/passphrase', '/confirm', '/devices']) {
    for (const { name, run } of routeCases({ path, visitor, store, outage, expected })) {
      it(name, run)
    }
  }
})

describe('forms for signed-in visitors', () => {
  const expected = { unavailable: 503 }

  for (const route of [
    { path: '/entries', ...form({ text: 'Hello' }) },
    { path: '/account', ...form({ name: 'Ada Lovelace' }) },
    { path: '/devices/sign-out-others', ...form({}) },
  ]) {
    for (const { name, run } of routeCases({ ...route, visitor, store, outage, expected })) {
      it(name, run)
    }
  }
})
