/** The Bun that npm installed. */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const platform = { win32: 'windows' }[process.platform as 'win32'] ?? process.platform
const cpu = { arm64: 'aarch64' }[process.arch as 'arm64'] ?? process.arch

/** The path of the binary; `null` where there is none for this platform. Runs no install script. */
export function bun(): string | null {
  try {
    const manifest = `@oven/bun-${platform}-${cpu}/package.json`
    return join(dirname(createRequire(import.meta.url).resolve(manifest)), 'bin', 'bun')
  } catch {
    return null
  }
}
