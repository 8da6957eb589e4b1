import { expect, it } from 'vitest'
import { select } from './select.ts'

const TEMPLATE = `const ways = [
  // #if passphrase
  passphrase,

  // #end
  // #if email or oauth
  other,
  // #if reset
  reset,
  // #end
  // #end
]


done()
`

it.each([
  [['passphrase'], 'const ways = [\n  passphrase,\n]\n\ndone()\n'],
  [['oauth'], 'const ways = [\n  other,\n]\n\ndone()\n'],
  [['email', 'reset'], 'const ways = [\n  other,\n  reset,\n]\n\ndone()\n'],
  [['reset'], 'const ways = [\n]\n\ndone()\n'],
])('with %j, a template has its parts alone', (conditions, text) => {
  expect(select('a.ts', TEMPLATE, new Set(conditions))).toBe(text)
})

it('selects parts of SQL', () => {
  const sql = 'create table users (\n  -- #if email\n  email text,\n  -- #end\n  id text\n);\n'
  expect(select('a.sql', sql, new Set())).toBe('create table users (\n  id text\n);\n')
})

it.each([
  ['// #if email\n', 'a.ts: #if without #end'],
  ['// #end\n', 'a.ts: #end without #if'],
])('%j is refused', (template, message) => {
  expect(() => select('a.ts', template, new Set())).toThrow(message)
})
