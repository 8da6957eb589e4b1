import { describeApp } from 'driver'

describeApp({
  name: 'node:http',
  folder: import.meta.dirname,
  dev: ['node', '--watch', 'app.ts'],
  production: ['node', 'app.ts'],
  leftOut: { cached: 'Node has no server cache' },
})
