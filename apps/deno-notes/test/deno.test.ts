import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { deno, quiet } from './notes.ts'

const cwd = fileURLToPath(new URL('..', import.meta.url))

/** Runs Deno and gives what it said; a failure holds it too. */
async function run(...args: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(deno, args, { cwd, env: quiet })
  return stdout + stderr
}

describe('in Deno', () => {
  it('the program is checked and linted', async () => {
    expect(await run('check', '--cached-only', 'main.ts')).not.toContain('error')
    expect(await run('lint')).toMatch(/Checked \d+ files/)
  })

  it('it has the right to listen on one port, and no other', async () => {
    const { tasks } = JSON.parse(await readFile(`${cwd}/deno.json`, 'utf8')) as {
      tasks: { dev: string }
    }
    expect(tasks.dev.match(/--?\S+/g)).toEqual(['--allow-net=127.0.0.1:8000'])
  })
})
