import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const node = (...args: string[]) =>
  promisify(execFile)(process.execPath, args, { cwd: at('.') }).then(
    ({ stdout }) => stdout,
    (error: { stderr: string }) => error.stderr,
  )

describe('E8: in plain Node', () => {
  it('the root entry loads, and every store of it works', async () => {
    expect(await node(at('plain-runtime.ts'))).toBe('every store works\n')
  })

  it('only the entry of the Durable Object class imports cloudflare:workers', async () => {
    const load = (entry: string) => node('--input-type=module', '-e', `await import('${entry}')`)
    expect(await load('@limen/workers')).toBe('')
    expect(await load('@limen/workers/durable-object')).toContain('ERR_UNSUPPORTED_ESM_URL_SCHEME')
  })
})
