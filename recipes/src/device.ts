/** Names the device of a session by what its browser sends. */
import type { Context } from 'hono'

// The first pattern that matches decides: browsers also name other browsers.
const BROWSERS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\bEdg(?:A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/(?:Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
]
const SYSTEMS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
]

/** Returns a text such as "Firefox on Windows". It is for the user: a client can send anything. */
export function deviceOf(c: Context): string {
  const sent = (c.req.header('User-Agent') ?? '').slice(0, 512)
  const nameIn = (table: typeof BROWSERS) => table.find(([pattern]) => pattern.test(sent))?.[1]
  return [nameIn(BROWSERS) ?? 'A browser', nameIn(SYSTEMS)].filter(Boolean).join(' on ')
}
