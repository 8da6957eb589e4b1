import { expect, it } from 'vitest'
import { importsOf, packageOf, withConst, withoutUnusedImports } from './modules.ts'

it.each([
  ["import { a, b } from './a.ts'\n\na()\n", "import { a } from './a.ts'\n\na()\n"],
  ["import { a } from './a.ts'\n\n// a\nlet b\n", '\n// a\nlet b\n'],
  ["import { a } from './a.ts'\n\nother.a()\n", '\nother.a()\n'],
  ["import { a } from './a.ts'\n\nf(...a)\n", "import { a } from './a.ts'\n\nf(...a)\n"],
  [
    "import { type A, b } from './a.ts'\n\nlet c: A\n",
    "import type { A } from './a.ts'\n\nlet c: A\n",
  ],
  ["import {\n  a,\n  b,\n} from './a.ts'\n\nb()\n", "import { b } from './a.ts'\n\nb()\n"],
  ["import * as a from 'a'\n\na.b()\n", "import * as a from 'a'\n\na.b()\n"],
  ["import a from 'a'\n\nb()\n", '\nb()\n'],
])('%j imports what it uses', (source, expected) => {
  expect(withoutUnusedImports(source)).toBe(expected)
})

it.each([
  ['let a = 1\nb(a)\n', 'const a = 1\nb(a)\n'],
  ['let a = 1\na ||= 2\n', 'let a = 1\na ||= 2\n'],
  ['let a = 1\na = 2\n', 'let a = 1\na = 2\n'],
  ['let a = 1\nif (--a === 0) b()\n', 'let a = 1\nif (--a === 0) b()\n'],
  ['let a = 1\na++\n', 'let a = 1\na++\n'],
  ['let a: number = 1\na = 2\n', 'let a: number = 1\na = 2\n'],
  ['let a: number = 1\nb(a === 2)\n', 'const a: number = 1\nb(a === 2)\n'],
])('%j declares with const what is not assigned again', (source, expected) => {
  expect(withConst(source)).toBe(expected)
})

it('finds imports of files and packages, also at run time', () => {
  const source =
    "import type { A } from './a.ts'\nimport { b } from 'hono/html'\nawait import('@a/b/c')\n"
  expect(importsOf(source).map(({ from }) => from)).toEqual(['./a.ts', 'hono/html', '@a/b/c'])
  expect(['./a.ts', 'hono/html', '@a/b/c', 'node:fs'].map(packageOf)).toEqual([
    null,
    'hono',
    '@a/b',
    null,
  ])
})
