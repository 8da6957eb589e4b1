import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const node = (...args: string[]) =>
  promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname }).then(
    ({ stdout }) => stdout,
    (error: { stderr: string }) => error.stderr,
  )

describe('E8: in plain Node', () => {
  it('the root entry loads, and every store of it works', async () => {
    expect(await node('plain-runtime.ts')).toBe('every store works\n')
  })

  it('only the entry of the Durable Object class imports cloudflare:workers', async () => {
    const load = (entry: string) => node('--input-type=module', '-e', `await import('${entry}')`)
    expect(await load('@limen/workers')).toBe('')
    expect(await load('@limen/workers/durable-object')).toContain('ERR_UNSUPPORTED_ESM_URL_SCHEME')
  })
})
