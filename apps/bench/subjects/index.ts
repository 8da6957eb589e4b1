/** The measured subjects. Each is imported only in the process or isolate that runs it. */
import type { Found } from '../src/bundle.ts'

export const subjects: readonly Found[] = [
  {
    name: 'floor, built-in hash',
    file: 'floor.ts',
    as: 'builtinFloor',
    workerdFlags: ['nodejs_compat'],
  },
  { name: 'floor, crypto.subtle', file: 'floor.ts', as: 'subtleFloor' },
  { name: 'floor, no hash', file: 'floor.ts', as: 'plainFloor' },
  { name: 'floor, whole session', file: 'floor.ts', as: 'sessionFloor' },
  { name: 'Limen', file: 'limen.ts', as: 'limenSubject' },
  {
    name: 'Limen, nodejs_compat',
    file: 'limen.ts',
    as: 'limenSubject',
    workerdFlags: ['nodejs_compat'],
  },
  { name: 'bare Hono', file: 'floor.ts', as: 'bareHono' },
  { name: 'lucia 2.7', file: 'lucia2.ts', as: 'lucia2' },
  { name: 'lucia 3.2', file: 'lucia3.ts', as: 'lucia3' },
  { name: 'Remix session', file: 'remix.ts', as: 'remix' },
  { name: 'hono-sessions', file: 'hono-sessions.ts', as: 'honoSessions' },
  { name: '@hono/session', file: 'hono-session.ts', as: 'honoSession' },
  { name: 'iron-session', file: 'iron-session.ts', as: 'ironSession' },
  { name: '@auth/core', file: 'auth-core.ts', as: 'authCore' },
  {
    name: 'better-auth',
    file: 'better-auth.ts',
    as: 'betterAuthUncached',
    workerdFlags: ['nodejs_compat'],
  },
  {
    name: 'better-auth, cookie cache',
    file: 'better-auth.ts',
    as: 'betterAuthCached',
    workerdFlags: ['nodejs_compat'],
  },
  { name: 'h3', file: 'h3.ts', as: 'h3' },
]
