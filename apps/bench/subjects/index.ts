/** Who is measured. Each runs alone in its own process or isolate, so only its place is told here. */
import type { Found } from '../src/runtimes.ts'

export const subjects: readonly Found[] = [
  {
    name: 'floor, built-in hash',
    file: 'floor.ts',
    as: 'builtinFloor',
    workerdFlags: ['nodejs_compat'],
  },
  { name: 'floor, crypto.subtle', file: 'floor.ts', as: 'subtleFloor' },
  { name: 'floor, no hash', file: 'floor.ts', as: 'plainFloor' },
  { name: 'Limen', file: 'limen.ts', as: 'limenSubject' },
  {
    name: 'Limen, nodejs_compat',
    file: 'limen.ts',
    as: 'limenSubject',
    workerdFlags: ['nodejs_compat'],
  },
]
