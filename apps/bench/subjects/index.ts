/** The measured subjects. Each is imported only in the process or isolate that runs it. */
import type { Found } from '../src/bundle.ts'

const found = (name: string, file: string, as: string, ...workerdFlags: string[]): Found => ({
  name,
  file: `${file}.ts`,
  as,
  workerdFlags,
})

export const subjects: readonly Found[] = [
  found('floor, built-in hash', 'floor', 'builtinFloor', 'nodejs_compat'),
  found('floor, crypto.subtle', 'floor', 'subtleFloor'),
  found('floor, no hash', 'floor', 'plainFloor'),
  found('floor, whole session', 'floor', 'sessionFloor'),
  found('Limen', 'limen', 'limenSubject'),
  found('Limen, nodejs_compat', 'limen', 'limenSubject', 'nodejs_compat'),
  found('bare Hono', 'floor', 'bareHono'),
  found('lucia 2.7', 'lucia2', 'lucia2'),
  found('lucia 3.2', 'lucia3', 'lucia3'),
  found('Remix session', 'remix', 'remix'),
  found('hono-sessions', 'hono-sessions', 'honoSessions'),
  found('@hono/session', 'hono-session', 'honoSession'),
  found('iron-session', 'iron-session', 'ironSession'),
  found('@auth/core', 'auth-core', 'authCore'),
  found('better-auth', 'better-auth', 'betterAuthUncached', 'nodejs_compat'),
  found('better-auth, cookie cache', 'better-auth', 'betterAuthCached', 'nodejs_compat'),
  found('h3', 'h3', 'h3'),
]
