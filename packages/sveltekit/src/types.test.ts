import { limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { authenticate, sveltekit } from '@limen/sveltekit'
import type { RequestEvent } from '@sveltejs/kit'
import { type Handle, sequence } from '@sveltejs/kit/hooks'
import { describe, expect, expectTypeOf, it } from 'vitest'

const auth = limen({ store: memoryStore(), middleware: sveltekit() })

describe('types', () => {
  it('without App.Locals in app.d.ts, the hook is a type error', () => {
    // @ts-expect-error App.Locals has no property auth here: the app in examples/ declares it.
    const handle: Handle = authenticate(auth)
    // @ts-expect-error The same.
    const sequenced = sequence(authenticate(auth))
    expect([typeof handle, typeof sequenced]).toEqual(['function', 'function'])
  })

  it('handleRequest() takes an event of SvelteKit', () => {
    expectTypeOf<RequestEvent>().toExtend<Parameters<typeof auth.handleRequest>[0]>()
  })

  it('options can be functions of an event of SvelteKit', () => {
    const hook = authenticate((event: RequestEvent) => (event.isSubRequest ? auth : auth), {
      requireOrigin: (event) => !event.isRemoteRequest,
    })
    expect(typeof hook).toBe('function')
  })
})
