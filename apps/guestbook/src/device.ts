/** Names a device by its browser and operating system. */

/** Browsers send less. The rest of a longer header is ignored. */
const READ_LENGTH = 512

// The first row whose patterns all match wins, because browsers also name other browsers. Each pattern
// is a fixed text, so the matching time is linear in the length of the header.
const BROWSERS: readonly Row[] = [
  [[/\bEdg(A|iOS)?\//], 'Edge'],
  [[/\bOPR\//], 'Opera'],
  [[/\bSamsungBrowser\//], 'Samsung Internet'],
  [[/\b(Firefox|FxiOS)\//], 'Firefox'],
  [[/(Chrome|CriOS|Chromium)\//], 'Chrome'],
  [[/\bVersion\//, /Safari\//], 'Safari'],
]

const SYSTEMS: readonly Row[] = [
  [[/\biPhone\b/], 'iPhone'],
  [[/\biPad\b/], 'iPad'],
  [[/\bAndroid\b/], 'Android'],
  [[/\bCrOS\b/], 'ChromeOS'],
  [[/\bWindows\b/], 'Windows'],
  [[/\bMac OS X\b/], 'macOS'],
  [[/\bLinux\b/], 'Linux'],
]

type Row = readonly [patterns: readonly RegExp[], name: string]

/** Turns a `User-Agent` header into a label such as "Firefox on Windows". */
export function deviceLabel(userAgent = ''): string {
  const text = userAgent.slice(0, READ_LENGTH)
  const nameIn = (table: readonly Row[]) =>
    table.find(([patterns]) => patterns.every((pattern) => pattern.test(text)))?.[1]
  const system = nameIn(SYSTEMS)
  return (nameIn(BROWSERS) ?? 'A browser') + (system ? ` on ${system}` : '')
}
