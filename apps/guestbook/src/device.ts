/** Gives a device a name its owner recognises. */

/** Longer than what browsers send: the rest of a longer header is not read. */
const READ_LENGTH = 512

// The first line whose signs are all there wins: browsers also name those that they want to be taken
// for. Each sign is a fixed text, so the time to find it grows with the length of the header only.
const BROWSERS: readonly Line[] = [
  [[/\bEdg(A|iOS)?\//], 'Edge'],
  [[/\bOPR\//], 'Opera'],
  [[/\bSamsungBrowser\//], 'Samsung Internet'],
  [[/\b(Firefox|FxiOS)\//], 'Firefox'],
  [[/(Chrome|CriOS|Chromium)\//], 'Chrome'],
  [[/\bVersion\//, /Safari\//], 'Safari'],
]

const SYSTEMS: readonly Line[] = [
  [[/\biPhone\b/], 'iPhone'],
  [[/\biPad\b/], 'iPad'],
  [[/\bAndroid\b/], 'Android'],
  [[/\bCrOS\b/], 'ChromeOS'],
  [[/\bWindows\b/], 'Windows'],
  [[/\bMac OS X\b/], 'macOS'],
  [[/\bLinux\b/], 'Linux'],
]

type Line = readonly [signs: readonly RegExp[], name: string]

/** Reads a `User-Agent` header: "Firefox on Windows". */
export function deviceLabel(userAgent = ''): string {
  const text = userAgent.slice(0, READ_LENGTH)
  const nameIn = (table: readonly Line[]) =>
    table.find(([signs]) => signs.every((sign) => sign.test(text)))?.[1]
  const system = nameIn(SYSTEMS)
  return (nameIn(BROWSERS) ?? 'A browser') + (system ? ` on ${system}` : '')
}
