import { describeApp } from 'driver'
import { traps } from './traps.ts'

describeApp({
  name: 'React Router 8.4.0',
  folder: import.meta.dirname,
  dev: ['react-router', 'dev', '--port', '{port}'],
  build: ['react-router', 'build'],
  production: ['react-router-serve', 'build/server/index.js'],
  ownCases: traps,
  data: { path: '/_.data' },
  // A prerendered page is a folder, to which the server redirects.
  paths: { '/static': '/static/' },
  leftOut: { cached: 'React Router has no server cache' },
})
