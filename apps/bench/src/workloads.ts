/** What is measured, and the result that each subject must return. */
import type { CookieState } from './subject.ts'

export interface Workload {
  readonly name: string
  /** What is called: once for each request, or for twenty at a time. */
  readonly call: 'validate' | 'twenty' | 'signIn' | 'handle'
  readonly method: 'GET' | 'POST'
  /** The state of the session cookie; `null`: there is none. */
  readonly state: CookieState | null
  /** Whether the request carries eleven other cookies. */
  readonly crowded: boolean
  /** Whether the result is the user. */
  readonly isSignedIn: boolean
}

const active = {
  call: 'validate',
  method: 'GET',
  state: 'active',
  crowded: true,
  isSignedIn: true,
} as const
const anonymous = { ...active, isSignedIn: false } as const

export const workloads: readonly Workload[] = [
  { ...active, name: 'active, 12 cookies' },
  { ...active, name: 'active, 1 cookie', crowded: false },
  { ...active, name: 'same-origin POST', method: 'POST' },
  { ...anonymous, name: 'anonymous, 11 cookies', state: null },
  { ...anonymous, name: 'anonymous, no cookie', state: null, crowded: false },
  { ...anonymous, name: 'forged', state: 'forged' },
  { ...anonymous, name: 'unknown', state: 'unknown' },
  { ...anonymous, name: 'malformed', state: 'malformed' },
  { ...active, name: 'idle renewal', state: 'idle' },
  { ...active, name: 'sign-in', call: 'signIn' },
  { ...active, name: 'through Hono', call: 'handle' },
  { ...active, name: '20 in parallel', call: 'twenty' },
]
