/** What the subjects are asked, and what they must answer. */
import type { CookieState } from './subject.ts'

export interface Workload {
  readonly name: string
  /** What is called: once for each request, or for twenty at a time. */
  readonly ask: 'validate' | 'twenty' | 'signIn' | 'handle'
  readonly method: 'GET' | 'POST'
  /** What the session cookie is worth; `null`: there is none. */
  readonly state: CookieState | null
  /** Whether eleven cookies of others come along. */
  readonly crowded: boolean
  /** Whether the answer is the user. */
  readonly known: boolean
}

const active = {
  ask: 'validate',
  method: 'GET',
  state: 'active',
  crowded: true,
  known: true,
} as const
const refused = { ...active, known: false } as const

export const workloads: readonly Workload[] = [
  { ...active, name: 'active, 12 cookies' },
  { ...active, name: 'active, 1 cookie', crowded: false },
  { ...active, name: 'same-origin POST', method: 'POST' },
  { ...refused, name: 'anonymous, 11 cookies', state: null },
  { ...refused, name: 'anonymous, no cookie', state: null, crowded: false },
  { ...refused, name: 'forged', state: 'forged' },
  { ...refused, name: 'unknown', state: 'unknown' },
  { ...refused, name: 'malformed', state: 'malformed' },
  { ...active, name: 'idle renewal', state: 'idle' },
  { ...active, name: 'sign-in', ask: 'signIn' },
  { ...active, name: 'through Hono', ask: 'handle' },
  { ...active, name: '20 in parallel', ask: 'twenty' },
]
