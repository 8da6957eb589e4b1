import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { dialectNames } from './index.ts'

const source = fileURLToPath(new URL('..', import.meta.url))
const modules = readdirSync(source).filter((file) => /(?<!\.test)\.ts$/.test(file))

it.each(modules)('%s compares no name of a dialect', (file) => {
  const text = readFileSync(`${source}${file}`, 'utf8')
  expect(text).not.toMatch(
    new RegExp(`[=!]== *'(${dialectNames.join('|')})'|dialect(Name|\\.name)? *[=!]==`, 'i'),
  )
})
