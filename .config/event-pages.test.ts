/** docs/events and docs/rejections: a page for every event and every reason. */
import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { root } from './packages.ts'

const read = (path: string) => readFileSync(root + path, 'utf8')
const namesIn = (text: string, form: RegExp) => [
  ...new Set(Array.from(text.matchAll(form), ([, name = '']) => name)),
]

const event = read('packages/core/src/event.ts')
/** Every event's type; two events of one form share a member of the union. */
const types = namesIn(event, /type: ([^\n;}]+)/g).join(' ')
const [, rejections = ''] = /type TokenRejection =([^]*?)\n\n/.exec(event)!
const [, untrusted = ''] = /type UntrustedReason =([^]*?)\n\n/.exec(
  read('packages/core/src/csrf.ts'),
)!

describe.each([
  { folder: 'docs/events', names: namesIn(types, /'([a-z-]+)'/g) },
  { folder: 'docs/rejections', names: namesIn(rejections + untrusted, /\| '([a-z-]+)'/g) },
])('$folder', ({ folder, names }) => {
  it('has a page for every name, and a name for every page', () => {
    const pages = readdirSync(root + folder).filter((name) => name !== 'README.md')
    expect(pages.toSorted()).toEqual(names.map((name) => `${name}.md`).toSorted())
  })

  it.each(names)(
    '%s: its page says what it means, its cause, what to do, and how to see it',
    (name) => {
      expect(read(`${folder}/${name}.md`)).toMatch(
        /^# \w+: [a-z-]+\n\n\*\*Meaning\.\*\* [^]+\*\*Cause\.\*\* [^]+\*\*Fix\.\*\* [^]+\*\*How to see it\.\*\* /,
      )
      expect(read(`${folder}/README.md`)).toContain(`[\`${name}\`](${name}.md)`)
    },
  )
})
