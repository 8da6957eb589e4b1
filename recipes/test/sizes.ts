/** Writes the sizes of Workers with each recipe into README.md; with `--check`, fails if they differ. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const folder = fileURLToPath(new URL('..', import.meta.url))
const readme = `${folder}README.md`
const START = '<!-- sizes: written by `node test/sizes.ts` -->\n'
const END = '<!-- /sizes -->'

/** Each recipe, with the functions of `src` that it needs. */
const recipes: readonly [name: string, parts: readonly string[]][] = [
  ['e-mail address and passphrase', ['passphrase']],
  ['change the passphrase', ['passphrase', 'passphrase-change']],
  ['code or link in an e-mail', ['email-code']],
  ['reset the passphrase', ['passphrase', 'passphrase-reset']],
  ['passkeys', ['passkey', 'passkey-settings']],
  ['codes of an authenticator app', ['passphrase', 'totp', 'totp-confirm', 'totp-settings']],
  ['accounts at providers', ['oauth', 'connections']],
  ['devices', ['passphrase', 'devices']],
  ['roles and impersonation', ['passphrase', 'roles', 'impersonation']],
  ['guests', ['passphrase', 'guest']],
  ['apps with bearer tokens', ['passphrase', 'api']],
]

const nameOf = (file: string) =>
  file.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())

/** A Worker with some parts, as `src/workers.ts` and `src/app.ts` have all of them. */
function workerWith(parts: readonly string[]): string {
  const all = ['sign-in', 'sign-out', ...parts]
  return `
    import { env } from 'cloudflare:workers'
    import { Hono } from 'hono'
    import { printMail } from './src/mail.ts'
    import { workersSite } from './src/site-workers.ts'
    ${all.map((part) => `import { ${nameOf(part)} } from './src/${part}.ts'`).join('\n')}
    const site = workersSite(env, { sendMail: printMail, origin: env.ORIGIN, totpKey: env.TOTP_KEY })
    const app = new Hono()
    ${all.map((part) => `app.route('/', ${nameOf(part)}(site))`).join('\n')}
    export default { fetch: app.fetch }`
}

/** Bundles a Worker as wrangler does, and returns its size in bytes, minified and with gzip. */
async function sizeOf(contents: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: folder, loader: 'ts' },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2024',
    platform: 'neutral',
    conditions: ['workerd', 'worker', 'browser'],
    mainFields: ['browser', 'module', 'main'],
    external: ['node:*', 'cloudflare:*'],
    write: false,
    logLevel: 'error',
  })
  return gzipSync(outputFiles[0]!.contents, { level: 9 }).length
}

/** The table, in kB of 1000 bytes. */
async function table(): Promise<string> {
  const kB = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`
  const rows: [string, string][] = [['the sign-in page only', kB(await sizeOf(workerWith([])))]]
  for (const [name, parts] of recipes) rows.push([name, kB(await sizeOf(workerWith(parts)))])
  rows.push([
    'all, `src/workers.ts`',
    kB(await sizeOf("export { default } from './src/workers.ts'")),
  ])
  const width = Math.max(...rows.map(([name]) => name.length))
  return [['a Worker with the recipe', 'gzip'], ['-'.repeat(width), '--------'], ...rows]
    .map(([name = '', size = '']) => `| ${name.padEnd(width)} | ${size.padEnd(8)} |\n`)
    .join('')
}

const text = readFileSync(readme, 'utf8')
const [before, rest = ''] = text.split(START)
const [, after] = rest.split(END)
if (after === undefined) throw new Error(`README.md must have ${START.trim()} and ${END}.`)
const written = `${before}${START}\n${await table()}\n${END}${after}`
if (!process.argv.includes('--check')) writeFileSync(readme, written)
else if (written !== text) {
  throw new Error('The sizes in README.md are not those of the code: run `node test/sizes.ts`.')
}
