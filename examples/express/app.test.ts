import { describeApp } from 'driver'

describeApp({
  name: 'Express 5',
  folder: import.meta.dirname,
  dev: ['node', '--watch', 'app.ts'],
  production: ['node', 'app.ts'],
  leftOut: { cached: 'Express has no server cache' },
})
