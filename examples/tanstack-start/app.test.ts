import { describeApp } from 'driver'
import { traps } from './traps.ts'

describeApp({
  name: 'TanStack Start 1.169.5',
  folder: import.meta.dirname,
  dev: ['vite', 'dev', '--port', '{port}'],
  build: ['vite', 'build'],
  production: [
    'srvx',
    'serve',
    '--prod',
    '--static',
    '../client',
    '--entry',
    'dist/server/server.js',
  ],
  ownCases: traps,
  leftOut: { cached: 'TanStack Start has no server cache' },
})
