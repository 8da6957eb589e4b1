import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { denoBinary, run } from '@limen/test-servers'

const cwd = fileURLToPath(new URL('..', import.meta.url))

describe('the program', () => {
  it('passes deno check and deno lint', async () => {
    await run(denoBinary(), ['check', '--cached-only', 'main.ts'], { cwd })
    await run(denoBinary(), ['lint'], { cwd })
  })

  it('has only the permission to listen on one port', async () => {
    const { tasks } = JSON.parse(await readFile(`${cwd}/deno.json`, 'utf8')) as {
      tasks: { dev: string }
    }
    expect(tasks.dev.match(/--?\S+/g)).toEqual(['--allow-net=127.0.0.1:8000'])
  })
})
