/** The CSRF rule: trustedOrigins of app shells, extensions and previews. */
import { describe, expect, it } from 'vitest'
import { evil, resultOf } from '../test/origin.ts'
import { originRule } from './csrf.ts'

describe('B6: origins of app shells and functions', () => {
  it.each([
    'capacitor://localhost',
    'tauri://localhost',
    'ionic://localhost',
    'app://obsidian.md',
    'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
    'moz-extension://0f0e1b6e-7c9c-4b3b-9d2f-9a8c1c1f2a3b',
    'safari-web-extension://1B2C3D4E-0000-1111-2222-333344445555',
    'com.example.app://host',
    'http://tauri.localhost',
  ])('%s is accepted, and trusted as written', (origin) => {
    const options = { trustedOrigins: [origin] }
    expect(resultOf(['POST', 'cross-site', origin], options)).toBe('trusted')
    expect(resultOf(['POST', null, origin], options)).toBe('trusted')
    expect(resultOf(['GET', null, origin], options, { headers: { Upgrade: 'websocket' } })).toBe(
      'trusted',
    )
    for (const other of [`${origin}/`, `${origin}x`, origin.toUpperCase(), 'null', evil]) {
      expect(resultOf(['POST', 'cross-site', other], options), other).toBe('cross-site')
    }
  })

  it.each([
    'file://',
    'file:///',
    'file://x',
    'data:text/html,x',
    'blob:https://a.example',
    'about:blank',
    'ws://a.example',
    'wss://a.example',
    'ftp://a.example',
    'capacitor://',
    'capacitor:localhost',
    'capacitor://localhost/',
    'Capacitor://localhost',
    'chrome-extension://*',
    '://localhost',
  ])('%s is rejected: no page has this origin', (origin) => {
    expect(() => originRule({ trustedOrigins: [origin] }, true)).toThrow(
      expect.objectContaining({ code: 'AUTH_CONFIG' }),
    )
  })

  const preview = (origin: string) => /^https:\/\/pr-\d+\.preview\.example$/.test(origin)
  const previews: [site: string | null, origin: string | null, result: string][] = [
    ['cross-site', 'https://pr-7.preview.example', 'trusted'],
    [null, 'https://pr-7.preview.example', 'trusted'],
    ['same-site', 'https://pr-7.preview.example', 'trusted'],
    ['cross-site', 'https://pr-7.preview.example.evil.example', 'cross-site'],
    ['cross-site', evil, 'cross-site'],
    ['cross-site', null, 'cross-site'],
  ]
  it.each(previews)('with a function: site %s, origin %s: %s', (site, origin, result) => {
    expect(resultOf(['POST', site, origin], { trustedOrigins: preview })).toBe(result)
  })

  it('[T06] a function is never called with null, the origin of every sandboxed page', () => {
    const seen: unknown[] = []
    const trustedOrigins = (origin: string) => seen.push(origin) > 0
    for (const origin of ['null', null]) {
      expect(resultOf(['POST', 'cross-site', origin], { trustedOrigins })).toBe('cross-site')
    }
    expect(seen).toEqual([])
    expect(resultOf(['POST', 'cross-site', evil], { trustedOrigins })).toBe('trusted')
    expect(seen).toEqual([evil])
  })

  it.each<[what: string, result: (origin: string) => unknown]>([
    [
      'throws',
      () => {
        throw new Error('x')
      },
    ],
    ['parses a URL', (origin) => new URL(origin).host === 'x'],
    ['returns a promise', () => Promise.resolve(true)],
    ['returns 1', () => 1],
    ['returns a string', () => 'true'],
    ['returns undefined', () => undefined],
    ['returns an object', () => ({})],
  ])('a function that %s trusts no origin', (_, result) => {
    const trustedOrigins = result as (origin: string) => boolean
    for (const origin of ['garbage', evil]) {
      expect(resultOf(['POST', 'cross-site', origin], { trustedOrigins })).toBe('cross-site')
    }
  })
})
