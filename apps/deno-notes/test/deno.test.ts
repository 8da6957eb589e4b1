import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { deno, quiet } from './notes.ts'

const cwd = fileURLToPath(new URL('..', import.meta.url))

/** Runs Deno and returns its output. */
async function run(...args: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(deno, args, { cwd, env: quiet })
  return stdout + stderr
}

describe('the program', () => {
  it('passes deno check and deno lint', async () => {
    expect(await run('check', '--cached-only', 'main.ts')).not.toContain('error')
    expect(await run('lint')).toMatch(/Checked \d+ files/)
  })

  it('has only the permission to listen on one port', async () => {
    const { tasks } = JSON.parse(await readFile(`${cwd}/deno.json`, 'utf8')) as {
      tasks: { dev: string }
    }
    expect(tasks.dev.match(/--?\S+/g)).toEqual(['--allow-net=127.0.0.1:8000'])
  })
})
