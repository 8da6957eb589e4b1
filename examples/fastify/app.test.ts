import { describeApp } from 'driver'

describeApp({
  name: 'Fastify 5',
  folder: import.meta.dirname,
  dev: ['node', '--watch', 'app.ts'],
  production: ['node', 'app.ts'],
  leftOut: { cached: 'Fastify has no server cache' },
})
