/** The names page has every name of the real packages, and none of ours that does not exist. */
import { readFileSync } from 'node:fs'
import * as core from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import * as honoPackage from '@limen/hono'
import * as luciaPackage from '@limen/lucia'
import * as passwords from '@limen/lucia/password'
import * as sql from '@limen/sql'
import { lucia as lucia2 } from 'lucia2'
import * as package2 from 'lucia2'
import * as middleware2 from 'lucia2/middleware'
import * as utils2 from 'lucia2/utils'
import { Lucia } from 'lucia3'
import * as package3 from 'lucia3'
import { beforeAll, describe, expect, it } from 'vitest'
import { names2, names3 } from '../src/names.ts'
import { namesPage, page } from '../src/names-page.ts'

/** A file of a package; not each package exports its own manifest. */
const read = (name: string, path: string) =>
  readFileSync(new URL(`../node_modules/${name}/${path}`, import.meta.url), 'utf8')
const rowsOf = (groups: typeof names2, title: RegExp) =>
  groups
    .filter((group) => title.test(group.title))
    .flatMap(({ rows }) => rows.map(([name]) => name))

/** The types that a declaration file exports. */
function typesIn(source: string): string[] {
  const lists = Array.from(source.matchAll(/export type \{([^}]*)\}/g), ([, list = '']) => list)
  const single = Array.from(
    source.matchAll(/export (?:type|interface) (\w+)/g),
    ([, name]) => name!,
  )
  return [...lists.flatMap((list) => list.split(',').map((name) => name.trim())), ...single]
}

/** The public members of a class in a declaration file. */
function membersIn(source: string, name: string): string[] {
  const [, body = ''] = new RegExp(`declare class ${name}\\b[^]*?\\{\\n([^]*?)\\n\\}`).exec(source)!
  return Array.from(
    body.matchAll(/^ {4}(?:readonly )?(\w+)(?=[:(])/gm),
    ([, member]) => member!,
  ).filter((member) => member !== 'constructor')
}

/** The properties of a type in a declaration file, by two spaces of depth. */
function propertiesIn(source: string, start: RegExp): string[] {
  const [, body = ''] = start.exec(source)!
  return Array.from(body.matchAll(/^ {4,8}(\w+)\??:/gm), ([, property]) => property!)
}

const sorted = (names: Iterable<string>) => [...new Set(names)].toSorted()

describe('of version 2, the page has', () => {
  const index = read('lucia2', 'dist/index.d.ts')
  const auth = read('lucia2', 'dist/auth/index.d.ts')

  it('every export of lucia, and no other', () => {
    const types = typesIn(index).map((name) => `type ${name}`)
    expect(sorted(rowsOf(names2, /^Exports of `lucia`$/))).toEqual(
      sorted([...Object.keys(package2), ...types]),
    )
  })

  it('every export of lucia/middleware and lucia/utils, and no other', () => {
    expect(sorted(rowsOf(names2, /middleware/))).toEqual(sorted(Object.keys(middleware2)))
    expect(sorted(rowsOf(names2, /utils/))).toEqual(sorted(Object.keys(utils2)))
  })

  it('every option, and no other', () => {
    const options = propertiesIn(auth, /export type Configuration<[^]*?= \{\n([^]*?)\n\};/)
    const own = Array.from(
      /export type Configuration<[^]*?= \{\n([^]*?)\n\};/
        .exec(auth)![1]!
        .matchAll(/^ {4}(\w+)\??:/gm),
      ([, name]) => name!,
    )
    expect(options).toEqual(expect.arrayContaining(own))
    const csrf = ['host', 'hostHeader', 'allowedSubDomains'].map((name) => `csrfProtection.${name}`)
    for (const name of csrf) expect(options).toContain(name.split('.')[1])
    expect(sorted(rowsOf(names2, /^Options/))).toEqual(sorted([...own, ...csrf]))
  })

  it('every call of auth and of authRequest, and no other', () => {
    const calls = membersIn(auth, 'Auth').filter((name) => !/^(get|post)?protected/.test(name))
    expect(sorted(rowsOf(names2, /^Calls of `auth`/))).toEqual(sorted(calls))
    const real = lucia2({
      adapter: () => ({}) as never,
      env: 'DEV',
      middleware: middleware2.web(),
    })
    for (const call of calls) expect(real).toHaveProperty(call)
    const request = read('lucia2', 'dist/auth/request.d.ts')
    expect(sorted(rowsOf(names2, /authRequest/))).toEqual(sorted(membersIn(request, 'AuthRequest')))
  })

  it('every property and error code, and no other', () => {
    const session = propertiesIn(auth, /export type Session = Readonly<\{\n([^]*?)\n\}>/)
    const user = propertiesIn(auth, /export type User = \{\n([^]*?)\n\} &/)
    const cookie = membersIn(read('lucia2', 'dist/auth/cookie.d.ts'), 'Cookie')
    expect(sorted(rowsOf(names2, /^Properties/))).toEqual(
      sorted([
        ...session.map((name) => `session.${name}`),
        ...user.map((name) => `user.${name}`),
        ...cookie.map((name) => `cookie.${name}`),
      ]),
    )
    const codes = read('lucia2', 'dist/auth/error.d.ts').matchAll(/"([A-Z_]+)"/g)
    expect(sorted(rowsOf(names2, /^Error/))).toEqual(sorted(Array.from(codes, ([, code]) => code!)))
  })
})

describe('of version 3, the page has', () => {
  const index = read('lucia3', 'dist/index.d.ts')
  const main = read('lucia3', 'dist/core.d.ts')

  it('every export of lucia, and no other', () => {
    const types = [...typesIn(index), 'CookieAttributes'].map((name) => `type ${name}`)
    expect(index).toContain('export { Cookie, CookieAttributes }')
    expect(sorted(rowsOf(names3, /^Exports/))).toEqual(sorted([...Object.keys(package3), ...types]))
  })

  it('every option, and no other', () => {
    const own = propertiesIn(main, /options\?: \{\n([^]*?)\n {4}\}\);/)
    const cookie = propertiesIn(main, /interface SessionCookieOptions \{\n([^]*?)\n\}/)
    expect(sorted(rowsOf(names3, /^Options/))).toEqual(
      sorted(['adapter', ...own, ...cookie.map((name) => `sessionCookie.${name}`)]),
    )
  })

  it('every call and property, and no other', () => {
    const calls = membersIn(main, 'Lucia').filter((name) => name !== 'adapter')
    expect(sorted(rowsOf(names3, /^Calls/))).toEqual(sorted(calls))
    const methods = Object.getOwnPropertyNames(Lucia.prototype).filter(
      (name) => name !== 'constructor',
    )
    expect(calls).toEqual(expect.arrayContaining(methods))
    const session = propertiesIn(main, /interface Session extends \w+ \{\n([^]*?)\n\}/)
    const user = propertiesIn(main, /interface User extends \w+ \{\n([^]*?)\n\}/)
    const cookie = membersIn(read('lucia3', 'dist/cookie.d.ts'), 'Cookie')
    expect(sorted(rowsOf(names3, /^Properties/))).toEqual(
      sorted([
        ...session.map((name) => `session.${name}`),
        ...user.map((name) => `user.${name}`),
        ...cookie.map((name) => `cookie.${name}`),
      ]),
    )
  })
})

it.each([
  [2, names2, ['sqlite', 'postgresql', 'mysql']],
  [3, names3, ['sqlite', 'postgresql', 'mysql', 'drizzle', 'prisma']],
] as const)(
  'of the adapters of version %i, the page has every export, and no other',
  async (version, groups, adapters) => {
    const exported: string[] = []
    for (const adapter of adapters) {
      const index = read(`lucia${version}-${adapter}`, 'dist/index.js')
      const names = Array.from(
        index.matchAll(/export \{ (?:\w+ as )?(\w+) \}|export class (\w+)/g),
        ([, one, other]) => one ?? other,
      )
      exported.push(...names.map((name) => `adapter-${adapter}: ${name}`))
    }
    expect(sorted(rowsOf(groups, /^Adapters/))).toEqual(sorted(exported))
  },
)

describe('every name of Limen exists:', () => {
  const modules: Readonly<Record<string, object>> = {
    '@limen/core': core,
    '@limen/hono': honoPackage,
    '@limen/lucia': luciaPackage,
    '@limen/lucia/password': passwords,
    '@limen/sql': sql,
  }
  const types = typesIn(
    readFileSync(new URL('../../packages/core/src/index.ts', import.meta.url), 'utf8'),
  )
  const error = readFileSync(new URL('../../packages/core/src/error.ts', import.meta.url), 'utf8')
  let objects: Readonly<Record<string, object>>

  beforeAll(async () => {
    const auth = core.limen({ store: memoryStore(), getUserAttributes: () => ({}) })
    await auth.createUser({ userId: 'ada' })
    const session = await auth.createSession({ userId: 'ada' })
    const authRequest = auth.openRequest({ request: new Request('https://app.example') })
    const cookie = auth.createSessionCookie(session)
    objects = { auth, authRequest, session, user: session.user, cookie }
  })

  const names = new Set(
    [...names2, ...names3].flatMap(({ rows }) => rows.flatMap(([, limen]) => limen)),
  )
  it.each([...names])('%s', (name) => {
    const [owner = '', member = ''] = name.startsWith('@')
      ? name.split(':')
      : [name.slice(0, name.indexOf('.')), name.slice(name.indexOf('.') + 1)]
    if (modules[owner]) {
      const isType = owner === '@limen/core' && types.includes(member)
      expect(isType || member in modules[owner]).toBe(true)
    } else if (owner === 'code') expect(error).toContain(`'${member}'`)
    else if (owner === 'option') expect(isOption(member.split('.'))).toBe(true)
    else expect(member in objects[owner]!).toBe(true)
  })
})

/** Whether `limen()` takes an option, by the message that lists the options. */
function isOption(path: readonly string[]): boolean {
  const parents = path.slice(0, -1)
  const unknown = parents.reduceRight<object>((inner, name) => ({ [name]: inner }), { nonsense: 1 })
  try {
    core.limen({ store: memoryStore(), ...unknown } as never)
  } catch (error) {
    const [, list = ''] = /The options are: (.*)/.exec((error as Error).message) ?? []
    return list.split(', ').includes(path.at(-1)!)
  }
  return false
}

it('docs/lucia-names.md is what `node src/names-page.ts` writes', () => {
  expect(readFileSync(page, 'utf8')).toBe(namesPage())
})
