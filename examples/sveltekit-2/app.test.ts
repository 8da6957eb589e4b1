import { describeApp } from 'driver'
import { describeTraps } from '../sveltekit/traps.ts'
import { copyProgram } from './copy.ts'

const dev = ['vite', 'dev', '--port', '{port}', '--strictPort'] as const

copyProgram()

describeApp({
  name: 'SvelteKit 2',
  folder: import.meta.dirname,
  dev,
  build: ['vite', 'build'],
  // SvelteKit's own check of forms answers before Limen's. It needs the app's own origin.
  production: ['env', 'ORIGIN=http://localhost:{port}', 'node', 'build'],
  data: { path: '/__data.json' },
  leftOut: { cached: 'SvelteKit has no server cache' },
  leftOutIn: {
    development: { static: 'a prerendered page is rendered for each visitor in development' },
  },
})

describeTraps('SvelteKit 2', import.meta.dirname, dev)
