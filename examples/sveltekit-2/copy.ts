/** Copies the program of `../sveltekit`: it is the same in SvelteKit 2 and 3. */
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Replaces `src/` by a copy. */
export function copyProgram(): void {
  const src = join(import.meta.dirname, 'src')
  rmSync(src, { recursive: true, force: true })
  cpSync(join(import.meta.dirname, '../sveltekit/src'), src, { recursive: true })
}

if (import.meta.main) copyProgram()
