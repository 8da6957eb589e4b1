import { describe, expect, it } from 'vitest'
import { routeIn, routeOf } from '@limen/core/store-kit'

describe('routeIn()', () => {
  it('returns the route of a routed id', async () => {
    const route = await routeOf('ada')
    expect(routeIn('myStore', { route, id: 'ada' })).toBe(route)
  })

  it.each([
    ['a plain id', 'ada'],
    ['a plain id as long as a route', 'a'.repeat(22)],
    ['a route that is too short', { route: 'a'.repeat(21), id: 'ada' }],
    ['a route that is too long', { route: 'a'.repeat(23), id: 'ada' }],
    ['an empty route', { route: '', id: 'ada' }],
    ['a list as long as a route', { route: Array.from('a'.repeat(22)), id: 'ada' }],
  ])('rejects %s', (_what, id) => {
    expect(() => routeIn('myStore', id as never)).toThrow(
      expect.objectContaining({
        code: 'AUTH_STORE_REJECTED',
        message: 'myStore() needs the trait routed: pass the whole store, or its traits too',
      }),
    )
  })
})
