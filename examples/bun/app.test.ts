import { describeApp } from 'driver'
import { bun } from '../../.config/bun.ts'

const command = bun() ?? 'bun'

describeApp({
  name: 'Bun.serve',
  folder: import.meta.dirname,
  dev: [command, '--watch', 'app.ts'],
  production: [command, 'app.ts'],
  leftOut: { cached: 'Bun has no server cache' },
})
