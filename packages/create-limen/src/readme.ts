/** The README.md of a project. */
import { type Choices, FRAMEWORKS, RUNTIMES, STORES, conditionsOf } from './choices.ts'
import type { PackageManager } from './package-manager.ts'
import type { Setting } from './settings.ts'

/** What a README is made from. */
export interface ReadmeInput {
  readonly name: string
  readonly choices: Choices
  readonly settings: readonly Setting[]
  readonly packageManager: PackageManager
  readonly modules: ReadonlyMap<string, string>
}

type Row = readonly [condition: string, cells: readonly string[]]

const PAGES: readonly Row[] = [
  [
    'passphrase',
    ['e-mail address and passphrase', '`/sign-up`, `/sign-in`', '`src/passphrase.ts`'],
  ],
  ['passphrase', ['change the passphrase', '`/passphrase`', '`src/passphrase-change.ts`']],
  ['reset', ['reset the passphrase', '`/reset`', '`src/passphrase-reset.ts`']],
  ['email', ['a code or a link in an e-mail', '`/sign-in/email`', '`src/email-code.ts`']],
  ['oauth', ['accounts at providers', '`/oauth`', '`src/oauth.ts`, `src/oauth-providers.ts`']],
  ['oauth', ['connect and disconnect them', '`/connections`', '`src/connections.ts`']],
  ['passkey', ['sign in with a passkey', '`/sign-in`', '`src/passkey.ts`']],
  ['passkey', ['add and remove passkeys', '`/passkeys`', '`src/passkey-settings.ts`']],
  ['totp', ['a code of an authenticator app', '`/sign-in/code`', '`src/totp.ts`']],
  ['totp', ['turn the codes on and off', '`/two-step`', '`src/totp-settings.ts`']],
  ['devices', ['list the devices and sign them out', '`/devices`', '`src/devices.ts`']],
  ['roles', ['administrators list users and give roles', '`/admin`', '`src/roles.ts`']],
  ['impersonation', ['administrators act as a user', '`/admin`', '`src/impersonation.ts`']],
  ['guest', ['write without an account', '`/notes`', '`src/guest.ts`']],
  ['api', ['an API with bearer tokens', '`/api`', '`src/api.ts`']],
]

/** Writes it. */
export function readmeOf(input: ReadmeInput): string {
  const { name, choices, settings, packageManager } = input
  const { install, run } = packageManager
  const labelOf = (values: readonly { name: string; label: string }[], chosen: string) =>
    values.find((value) => value.name === chosen)!.label
  const runtime = labelOf(RUNTIMES, choices.runtime)
  const store = labelOf(STORES, choices.store)
  const framework = labelOf(FRAMEWORKS, choices.framework)
  const conditions = conditionsOf(choices)
  const pages = PAGES.filter(([condition]) => conditions.has(condition)).map(([, cells]) => cells)
  const sections = [
    `# ${name}`,
    `An app with sign-in: ${framework} on ${runtime}, with ${store}. Sessions are those of [Limen](https://github.com/limen-auth/limen).`,
    code(install, run('dev')),
    `${addressOf(choices)} The first start creates the database.${mailsOf(conditions)}`,
    '## Commands',
    table(['command', 'what it does'], commandsOf(choices, run)),
    '## Pages',
    table(
      ['what', 'its pages', 'its file'],
      [...pages, ['sign out', '`POST /sign-out`', '`src/sign-out.ts`']],
    ),
    'Start with `src/home.ts`, the page `/`, and `src/app.ts`, which mounts every page. `src/style.ts` is the style. A route of your own is protected by `requireSession(auth)` of `@limen/hono`, as in the files above.',
    ...(choices.extras.includes('roles')
      ? ['## The first administrator', firstAdminOf(choices)]
      : []),
    ...settingsSection(choices, settings),
    '## Deploy',
    ...deploySection(choices, settings, run),
  ]
  return `${sections.join('\n\n')}\n`
}

function addressOf({ runtime }: Choices): string {
  const port = { workers: 8787, node: 3000, deno: 8000 }[runtime]
  return `Then open http://localhost:${port}.`
}

function mailsOf(conditions: ReadonlySet<string>): string {
  return conditions.has('email') ? ' E-mails are printed to the terminal.' : ''
}

function firstAdminOf({ store }: Choices): string {
  const sql = "update users set role = 'admin' where email = 'you@example.com'"
  return {
    d1: `Sign up, then: \`npx wrangler d1 execute DB --remote --command "${sql}"\`. On this machine, \`--local\`.`,
    postgres: `Sign up, then run in the database: \`${sql}\``,
    sqlite: `Sign up, then run in the database: \`${sql}\``,
    'deno-kv':
      "Sign up, then call `auth.updateUserAttributes(userId, { role: 'admin' })` once, such as in `src/deno.ts`.",
  }[store]
}

function commandsOf({ runtime }: Choices, run: PackageManager['run']): string[][] {
  const tested = {
    workers: 'runs the tests in the runtime of Cloudflare, with a new database',
    node: 'runs the tests, with a new database',
    deno: 'runs the tests, with a new database',
  }[runtime]
  return [
    [`\`${run('dev')}\``, 'creates the tables that are missing and starts the app'],
    [`\`${run('test')}\``, tested],
    [`\`${run('types')}\``, 'checks the types'],
    runtime === 'workers'
      ? [`\`${run('deploy')}\``, 'creates the missing tables in D1 and deploys the Worker']
      : [`\`${run('start')}\``, 'starts the app with the settings of the environment'],
  ]
}

function settingsSection({ runtime }: Choices, settings: readonly Setting[]): string[] {
  if (settings.length === 0) return []
  const hasFile = settings.some(({ forDevelopment }) => forDevelopment !== undefined)
  const where = {
    workers:
      '`ORIGIN` is in `wrangler.jsonc`. The others are secrets: `npx wrangler secret put <name>`, and for this machine a line in `.env`.',
    node: 'Settings are environment variables. For this machine, write them to `.env`.',
    deno: 'Settings are environment variables.',
  }[runtime]
  const file = hasFile ? ' `dev.env` has those of this machine.' : ''
  return [
    '## Settings',
    `${where}${file}`,
    table(
      ['setting', 'what it is'],
      settings.map(({ name, description }) => [`\`${name}\``, description]),
    ),
  ]
}

function deploySection(
  { runtime, store, ways, providers }: Choices,
  settings: readonly Setting[],
  run: PackageManager['run'],
): string[] {
  const steps: string[] = []
  if (runtime === 'workers') {
    steps.push('Sign in to Cloudflare: `npx wrangler login`.')
    if (settings.some(({ name }) => name === 'ORIGIN')) {
      steps.push('In `wrangler.jsonc`, set `ORIGIN` to the address of the Worker.')
    }
    steps.push(
      `\`npx wrangler deploy\` once, which creates the database. Then, and for each later version, \`${run('deploy')}\`, which migrates it first.`,
    )
    const secrets = settings.filter(({ isSecret }) => isSecret)
    if (secrets.length > 0) {
      steps.push('Set the secrets: `npx wrangler secret put <name>` for each of them.')
    }
  } else {
    steps.push('Set the settings in the environment of the server.')
    if (store === 'sqlite') steps.push('Keep the file of the database on a disk that stays.')
    steps.push(`\`${run('start')}\`, behind a server that speaks https.`)
    steps.push(
      'Behind a proxy, change `clientOf()` in `src/site-*.ts` to read the header that your proxy sets.',
    )
  }
  if (ways.includes('email') && runtime !== 'node') {
    steps.push('Send e-mails: put the API of your mail service into `src/mail.ts`.')
  }
  if (providers.length > 0) {
    steps.push(
      'At each provider, register the callback `<ORIGIN>/oauth/<provider>/callback`, such as `https://app.example.com/oauth/github/callback`.',
    )
  }
  if (providers.includes('microsoft')) {
    steps.push('At Microsoft, add the optional claims `email` and `xms_edov` to the ID token.')
  }
  const button =
    'In a public repository at GitHub or GitLab, a [Deploy to Cloudflare button](https://developers.cloudflare.com/workers/platform/deploy-buttons/) does the same: it asks for the settings, with the descriptions in `package.json`.'
  return [
    steps.map((step, index) => `${index + 1}. ${step}`).join('\n'),
    ...(runtime === 'workers' ? [button] : []),
  ]
}

function code(...lines: string[]): string {
  return ['```sh', ...lines, '```'].join('\n')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
