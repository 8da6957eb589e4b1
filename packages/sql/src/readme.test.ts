import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const here = fileURLToPath(new URL('..', import.meta.url))
const readme = await readFile(join(here, 'README.md'), 'utf8')
const programs = Array.from(readme.matchAll(/^```ts\n([^]*?)^```/gm), ([, text = '']) => text)

it.each([
  ['the first program', programs[0]!, 'Hello Ada\n'],
  [
    'the program with tickets',
    programs[1]!,
    "{ valid: true, data: { userId: 'ada' } } { valid: false, reason: 'unknown' }\n",
  ],
  [
    'the program over your own table',
    programs[2]!,
    "{ name: 'Ada', isAdmin: true, settings: null, userId: 'ada' }\nlaptop\n",
  ],
  ['the program with a unique column', programs[3]!, 'string null\n'],
])('%s in the README runs as pasted', async (_, program, output) => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module-typescript', '--eval', program.replace("'app.db'", "':memory:'")],
    { cwd: here },
  )
  expect(stdout).toBe(output)
})
