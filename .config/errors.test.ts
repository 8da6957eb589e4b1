/** docs/errors: a page for every code, with every message that carries it. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { root } from './packages.ts'

const read = (path: string) => readFileSync(root + path, 'utf8')

const [, union = ''] = /type AuthErrorCode =\n([^;]*?)\n\n/.exec(
  read('packages/core/src/error.ts'),
)!
const codes = Array.from(union.matchAll(/'(AUTH_\w+)'/g), ([, code = '']) => code)
const pageOf = (code: string) => read(`docs/errors/${code}.md`)

describe('docs/errors', () => {
  it('has a page for every code, and a code for every page', () => {
    const pages = readdirSync(`${root}docs/errors`).filter((name) => name !== 'README.md')
    expect(pages.toSorted()).toEqual(codes.map((code) => `${code}.md`).toSorted())
  })

  it.each(codes)('%s: its page says what it means, its cause, and what to answer', (code) => {
    expect(pageOf(code)).toMatch(
      new RegExp(
        `^# ${code}\\n\\n\\*\\*Meaning\\.\\*\\* [^]+\\*\\*Cause\\.\\*\\* [^]+\\*\\*Answer the visitor\\*\\*`,
      ),
    )
    expect(read('docs/errors/README.md')).toContain(`[\`${code}\`](${code}.md)`)
  })
})

/** The parts of a message that do not vary, as its source writes them in literals. */
function fixedPartsOf(source: string): string[] {
  const code = source
    .replaceAll(/\/\*[^]*?\*\//g, '')
    .replaceAll(/^import [^]*? from .*$/gm, '')
    .replaceAll(/^\s*\/\/.*$/gm, '')
  return Array.from(
    code.matchAll(/'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g),
  )
    .flatMap(
      ([, single, double, template = '']) => single ?? double ?? template.split(/\$\{[^}]*\}/),
    )
    .map((part) => part.replaceAll(/\\(.)/g, '$1').trim())
    .filter((part) => /\w{2}/.test(part))
}

/** Catalogues whose messages are grouped by a comment with their code, such as `// AUTH_CONFIG`. */
const catalogues = readdirSync(`${root}packages`)
  .map((name) => `packages/${name}/src/messages.ts`)
  .filter((path) => existsSync(root + path) && /^\/\/ AUTH_\w+$/m.test(read(path)))

it('reads the messages of core and of each package with error codes', () => {
  const packages = new Set(catalogues.map((path) => path.split('/')[1]))
  expect(packages).toEqual(new Set(['core', 'deno', 'nextjs', 'redis', 'workers']))
})

describe.each(catalogues)('the messages of %s', (path) => {
  const [, ...groups] = read(path).split(/^\/\/ (?=AUTH_\w+$)/m)
  const messages = groups.flatMap((group) => {
    const [code = ''] = /^AUTH_\w+/.exec(group)!
    return fixedPartsOf(group).map((part) => [code, part] as const)
  })

  it.each(messages)('the page of %s has "%s"', (code, part) => {
    expect(pageOf(code)).toContain(part)
  })
})

describe('the messages on the pages', () => {
  const tests = readdirSync(`${root}packages`, { recursive: true, encoding: 'utf8' })
    .filter((path) => /^[^/]+\/src\/.*\.test\.ts$/.test(path))
    .map((path) => read(`packages/${path}`).replaceAll(/\\(['"])/g, '$1'))
    .join('\n')
  const shown = codes.flatMap((code) =>
    Array.from(pageOf(code).matchAll(/^```text\n([^]*?)\n```/gm), ([, lines = '']) =>
      lines.split('\n').map((line) => [code, line] as const),
    ).flat(),
  )

  it.each(shown)('%s: a test asserts "%s"', (_, line) => {
    expect(tests.includes(line)).toBe(true)
  })
})
