import { messageSuite } from '@limen/conformance'
import { limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { authenticate, getAuth, requireOrigin, requireSession } from '@limen/h3'
import { authenticate as nitroAuthenticate } from '@limen/h3/nitro'
import { H3Event } from 'h3'
import { describe, it } from 'vitest'
import * as catalogue from './messages.ts'
import { EventResponse } from './event-response.ts'

const auth = limen({ store: memoryStore() })
const eventOf = (init?: RequestInit) => new H3Event(new Request('https://app.example/', init))

/** An event whose request was replaced, as by a cache. */
function cachedEvent(): H3Event {
  const event = eventOf()
  EventResponse.of(event)
  return Object.assign(event, { req: new Request('https://app.example/') })
}

describe('messages', () => {
  it.each(
    messageSuite(catalogue, {
      AUTH_FORM: [
        'AUTH_CONFIG',
        [
          'authenticate(): auth must be what limen() returned (got undefined)',
          () => authenticate(undefined as never),
        ],
        [
          'getAuth(): auth must be what limen() returned (got a promise: await it first)',
          () => getAuth(Promise.resolve(auth) as never, eventOf()),
        ],
        [
          'requireSession(): auth must be what limen() returned (got an object)',
          () => requireSession({} as never),
        ],
        [
          'requireOrigin(): auth must be what limen() returned (got null)',
          () => requireOrigin(null as never),
        ],
      ],
      COOKIES_IN_CACHED_HANDLER: [
        'AUTH_COOKIES_DISABLED',
        [
          'setSession() cannot set a cookie in a cached handler: its response is stored and sent to other visitors. Call it in a handler that is not cached.',
          () => getAuth(auth, cachedEvent()).setSession(null),
        ],
      ],
      EAGER_FORM: [
        'AUTH_CONFIG',
        [
          'authenticate(): eager must be true, false or a function of the event (got "yes")',
          () => authenticate(auth, { eager: 'yes' as never }),
        ],
      ],
      NITRO_FORM: [
        'AUTH_CONFIG',
        [
          'authenticate(): nitro must be the app that Nitro 3 passes to a plugin (got an object)',
          () => nitroAuthenticate(auth)({ hooks: { hook() {} } }),
        ],
      ],
      UNAUTHORIZED: ['HTTPError', ['Unauthorized', () => requireSession(auth, eventOf())]],
      forbidden: [
        'HTTPError',
        ['Forbidden: origin-missing', () => requireSession(auth, eventOf({ method: 'POST' }))],
      ],
    }),
  )('$name', ({ run }) => run())
})
