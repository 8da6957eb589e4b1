import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { rewriteProject } from './index.ts'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

function projectOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'codemod-'))
  folders.push(folder)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

const V2 = `import { lucia } from 'lucia'
import { web } from 'lucia/middleware'
import { pg } from '@lucia-auth/adapter-postgresql'
import { pool } from './pool'
export const auth = lucia({
  env: 'PROD',
  middleware: web(),
  adapter: pg(pool, { user: 'auth_user', key: 'user_key', session: 'user_session' }),
})
`
const POOL = `export const pool = {}\n`

const USE = "import { auth } from './auth'\n"

/** Lines of code that use the auth object of version 2, and what becomes of them: all in one project. */
function rewriting(lines: readonly string[]): Promise<(line: string) => string> {
  const folder = projectOf({
    'auth.ts': V2,
    'pool.ts': POOL,
    ...Object.fromEntries(lines.map((line, index) => [`use${index}.ts`, `${USE}  ${line}\n`])),
  })
  return rewriteProject({ folder }).then(
    () => (line) =>
      readFileSync(join(folder, `use${lines.indexOf(line)}.ts`), 'utf8').replace(USE, ''),
  )
}

describe('rewriteProject() on an auth object of version 2', () => {
  it('rewrites its creation', async () => {
    const folder = projectOf({ 'auth.ts': V2, 'pool.ts': POOL })
    await rewriteProject({ folder })
    expect(readFileSync(join(folder, 'auth.ts'), 'utf8'))
      .toBe(`import { limen, web } from '@limen/core'
import { pg } from '@limen/sql'
import { luciaV2 } from '@limen/lucia'
import { pool } from './pool'
export const auth = limen({
  ...luciaV2(pg(pool), {
    user: { table: 'auth_user' },
    session: { table: 'user_session' },
    key: { table: 'user_key' },
    upgrade: false,
  }),
  secure: true,
  middleware: web(),
})
`)
  })

  const REPLACED = [
    [
      "auth.readSessionCookie(request.headers.get('Cookie') ?? '')",
      'auth.readSessionCookie(request)',
    ],
    ["auth.readBearerToken(c.req.header('Authorization'))", 'auth.readBearerToken(c.req.raw)'],
    [
      'auth.createUser({ key: null, attributes: { name } })',
      'auth.createUser({ attributes: { name } })',
    ],
    ['auth.createUser({ attributes: {}, key: null })', 'auth.createUser({ attributes: {} })'],
    [
      'auth.createSession({ userId, attributes: {} })',
      'auth.createSession({ userId, attributes: {} })',
    ],
    ['auth.invalidateAllUserSessions(id)', 'auth.invalidateAllUserSessions(id)'],
  ] as const
  const MARKED = [
    ["auth.useKey('email', email, password)", /Limen has no keys/],
    ['auth.createKey({ userId })', /Limen has no keys/],
    ['auth.getKey(provider, id)', /Limen has no keys/],
    ['auth.getAllUserKeys(userId)', /Limen has no keys/],
    ['auth.deleteKey(provider, id)', /Limen has no keys/],
    ['auth.updateKeyPassword(provider, id, password)', /Limen has no keys/],
    ['auth.getUser(id)', /returns null for an unknown user/],
    ['auth.getSession(id)', /returns null for an unknown session/],
    ['auth.deleteDeadUserSessions(id)', /deleteExpiredSessions/],
    ['auth.validateRequestOrigin(request)', /authRequest\.origin/],
    ['auth.transformDatabaseUser(row)', /does not convert rows/],
    ['auth.readSessionCookie(header)', /Pass the Request/],
  ] as const
  const BOTH = [
    [
      'auth.createSession({ userId, sessionId: id, attributes: {} })',
      'auth.createSession({ userId, attributes: {} })',
    ],
    [
      "auth.createUser({ key: { providerId: 'a' }, attributes: {} })",
      'auth.createUser({ attributes: {} })',
    ],
  ] as const
  const all = rewriting([...REPLACED, ...MARKED, ...BOTH].map(([line]) => line))

  it.each(REPLACED)('%s becomes %s', async (before, after) => {
    expect((await all)(before)).toBe(`  ${after}\n`)
  })

  it.each(MARKED)('%s stays, with a comment', async (code, mark) => {
    const [comment, line] = (await all)(code).split('\n')
    expect(comment).toMatch(/^ {2}\/\/ TODO\(limen\): /)
    expect(comment).toMatch(mark)
    expect(line).toBe(`  ${code}`)
  })

  it.each(BOTH)('%s becomes %s, with a comment', async (before, after) => {
    const [comment, line] = (await all)(before).split('\n')
    expect(comment).toMatch(/^ {2}\/\/ TODO\(limen\): /)
    expect(line).toBe(`  ${after}`)
  })

  it('follows the object through aliases, re-exports and tsconfig paths, and leaves a namesake alone', async () => {
    const folder = projectOf({
      'tsconfig.json': '{ "compilerOptions": { "paths": { "$lib/*": ["./lib/*"] } } }',
      'lib/auth.ts': V2.replace("'./pool'", "'../pool'"),
      'lib/index.ts': "export * from './auth'\n",
      'lib/named.ts': "export { auth as sessions } from '.'\n",
      'pool.ts': POOL,
      'one.ts': "import { auth as a } from '$lib/auth'\na.getUser('x')\n",
      'two.ts': "import { sessions } from './lib/named'\nsessions.getUser('x')\n",
      'three.ts': "import * as all from './lib'\nall.auth.getUser('x')\n",
      'other.ts': "const auth = { getUser: (id: string) => id }\nauth.getUser('x')\n",
    })
    const { changed } = await rewriteProject({ folder })
    expect(Object.fromEntries(changed.map(({ path, marks }) => [path, marks]))).toEqual({
      'lib/auth.ts': 0,
      'one.ts': 1,
      'three.ts': 1,
      'two.ts': 1,
    })
  })

  it('changes no other byte: line ends, spaces and comments stay', async () => {
    const around = '\r\n\t// a comment  \r\nconst  x = {a:1}\t;\r\n'
    const folder = projectOf({
      'auth.ts': V2,
      'pool.ts': POOL,
      'use.ts': `import { auth } from "./auth";${around}auth.readSessionCookie(r.headers.get("cookie"));${around}auth.getUser(id);${around}`,
    })
    await rewriteProject({ folder })
    expect(readFileSync(join(folder, 'use.ts'), 'utf8')).toBe(
      `import { auth } from "./auth";${around}auth.readSessionCookie(r);${around}` +
        '// TODO(limen): getUser() returns null for an unknown user; it throws no AUTH_INVALID_USER_ID.\r\n' +
        `auth.getUser(id);${around}`,
    )
  })

  it('writes nothing with dry, and nothing new on a second run', async () => {
    const folder = projectOf({
      'auth.ts': V2,
      'pool.ts': POOL,
      'use.ts': "import { auth } from './auth'\nauth.getUser('x')\n",
    })
    const { changed } = await rewriteProject({ folder, dry: true })
    expect(changed.map(({ path }) => path).toSorted()).toEqual(['auth.ts', 'use.ts'])
    expect(readFileSync(join(folder, 'auth.ts'), 'utf8')).toBe(V2)
    await rewriteProject({ folder })
    expect((await rewriteProject({ folder })).changed).toEqual([])
  })

  it('marks an import that stays once, however often it runs', async () => {
    const code =
      "import { generateRandomString } from 'lucia/utils'\nexport const id = generateRandomString(15)\n"
    const folder = projectOf({ 'auth.ts': V2, 'pool.ts': POOL, 'id.ts': code })
    await rewriteProject({ folder })
    const once = readFileSync(join(folder, 'id.ts'), 'utf8')
    expect(once).toBe(
      `// TODO(limen): generateRandomString: Limen has no such function. Keep the old package for it, or write your own.\n${code}`,
    )
    await rewriteProject({ folder })
    expect(readFileSync(join(folder, 'id.ts'), 'utf8')).toBe(once)
  })
})

describe('rewriteProject()', () => {
  it('refuses an app for version 3 without the types of Lucia, and changes nothing', async () => {
    const code = "import { Lucia } from 'lucia'\nexport const lucia = new Lucia({} as never, {})\n"
    const folder = projectOf({ 'auth.ts': code })
    await expect(rewriteProject({ folder })).rejects.toThrow(
      'The package lucia is not installed in this folder. Install the dependencies of the app first: its types show what is a session and what is a user. No file was changed.',
    )
    expect(readFileSync(join(folder, 'auth.ts'), 'utf8')).toBe(code)
  })

  it('finds nothing in a project without Lucia', async () => {
    const folder = projectOf({ 'index.ts': 'export const lucia = 1\n' })
    expect(await rewriteProject({ folder })).toEqual({ files: 1, authObjects: 0, changed: [] })
  })

  it('reads a tree of 2,000 files in less than a minute, and says where it is', async () => {
    const folder = projectOf({ 'auth.ts': V2, 'pool.ts': POOL })
    const template = projectOf({ 'index.ts': '' })
    writeFileSync(
      join(template, 'index.ts'),
      "import { auth } from '../../auth'\nexport async function handler(id: string) {\n  const user = await auth.getUser(id)\n  return user\n}\n",
    )
    for (let index = 0; index < 2000; index++) {
      cpSync(join(template, 'index.ts'), join(folder, `routes/r${index}/index.ts`))
    }
    const lines: string[] = []
    const { files, changed } = await rewriteProject({
      folder,
      onProgress: (line) => lines.push(line),
    })
    expect([files, changed.length]).toEqual([2002, 2001])
    expect(lines[0]).toBe('Reading 2002 files')
    expect(lines).toContain('Following auth of auth.ts: Lucia 2, 2000 uses')
    expect(lines.at(-1)).toMatch(/^Rewriting \d+ of \d+: routes\/r\d+\/index\.ts$/)
  }, 60_000)
})
