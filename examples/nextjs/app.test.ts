import { describeApp } from 'driver'
import { traps } from './traps.ts'

// The proxy renews the session, then the page reads it.
const pages = { '/': 2, '/twice': 2, '/error': 2 }

describeApp({
  name: 'Next.js 16.4.6',
  folder: import.meta.dirname,
  dev: ['next', 'dev', '--port', '{port}'],
  build: ['next', 'build'],
  production: ['next', 'start', '--port', '{port}'],
  reads: pages,
  ownNoStore: [...Object.keys(pages), 'sign-up', 'sign-out'],
  ownCases: traps,
})
