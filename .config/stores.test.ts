import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { readmeWithStores } from './stores.ts'

it('the README’s table of stores says what the stores declare', () => {
  const readme = readFileSync(fileURLToPath(new URL('../README.md', import.meta.url)), 'utf8')
  expect(readme).toBe(readmeWithStores())
})
