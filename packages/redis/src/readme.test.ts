import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, inject, it } from 'vitest'

const redis = inject('redis')
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

it.skipIf(!redis)('the program in the README runs as pasted', async () => {
  const readme = await readFile(at('../README.md'), 'utf8')
  const [, program = ''] = /^```ts\n([^]*?)^```/m.exec(readme) ?? []
  expect(program.trimEnd().split('\n').length).toBeLessThanOrEqual(20)
  await mkdir(at('../.cache'), { recursive: true })
  await writeFile(at('../.cache/readme.ts'), program)
  const env = { ...process.env, REDIS_URL: `redis://127.0.0.1:${redis?.port}` }
  const { stdout } = await promisify(execFile)('node', [at('../.cache/readme.ts')], { env })
  expect(stdout).toBe('Hello Ada\n')
})
