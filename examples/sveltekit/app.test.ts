import { describeApp } from 'driver'
import { describeTraps } from './traps.ts'

const production = ['node', 'build'] as const
const dev = ['vite', 'dev', '--port', '{port}', '--strictPort'] as const

describeApp({
  name: 'SvelteKit 3',
  folder: import.meta.dirname,
  dev,
  build: ['vite', 'build'],
  production,
  data: { path: '/__data.json' },
  leftOut: { cached: 'SvelteKit has no server cache' },
  leftOutIn: {
    development: { static: 'a prerendered page is rendered for each visitor in development' },
  },
})

describeTraps('SvelteKit 3', import.meta.dirname, dev)
// What describeApp() has built.
describeTraps('SvelteKit 3', import.meta.dirname, production, 'production')
