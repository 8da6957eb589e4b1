import { describeApp } from 'driver'

describeApp({
  name: 'SolidStart 2',
  folder: import.meta.dirname,
  dev: ['vite', 'dev', '--port', '{port}', '--strictPort'],
  build: ['vite', 'build'],
  production: ['node', '.output/server/index.mjs'],
  late: 'private',
  leftOut: { cached: 'SolidStart has no server cache; the app for Nitro has its caches' },
})
