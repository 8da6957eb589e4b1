/** Counts on all stores and writes `counts.json`: `node apps/bench/costs/write.ts`, then `pnpm embed`. */
import { writeFileSync } from 'node:fs'
import { countAll } from './count.ts'

const counts = await countAll()
writeFileSync(new URL('counts.json', import.meta.url), `${JSON.stringify(counts, null, 2)}\n`)
