import { describeApp } from 'driver'
import { it } from 'vitest'
import { bun } from '../../.config/bun.ts'

const program = bun()

if (program) {
  describeApp({
    name: 'Elysia 1 on Bun',
    folder: import.meta.dirname,
    dev: [program, '--watch', 'app.ts'],
    production: [program, 'app.ts'],
    leftOut: { cached: 'Elysia has no server cache' },
  })
} else it.skip('Elysia (left out: Bun has no binary for this platform)')
