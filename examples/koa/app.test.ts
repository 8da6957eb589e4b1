import { describeApp } from 'driver'

describeApp({
  name: 'Koa 3',
  folder: import.meta.dirname,
  dev: ['node', '--watch', 'app.ts'],
  production: ['node', 'app.ts'],
  leftOut: { cached: 'Koa has no server cache' },
})
