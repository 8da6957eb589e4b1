/** The commands of the package manager with which the scaffolder was started. */

/** A package manager. */
export interface PackageManager {
  readonly name: 'npm' | 'pnpm' | 'yarn' | 'bun' | 'deno'
  /** Installs the dependencies. */
  readonly install: string
  /** Runs a script of the project. */
  readonly run: (script: string) => string
}

const NPM: PackageManager = {
  name: 'npm',
  install: 'npm install',
  run: (script) =>
    script === 'test' || script === 'start' ? `npm ${script}` : `npm run ${script}`,
}

const MANAGERS: readonly PackageManager[] = [
  NPM,
  { name: 'pnpm', install: 'pnpm install', run: (script) => `pnpm run ${script}` },
  { name: 'yarn', install: 'yarn install', run: (script) => `yarn run ${script}` },
  { name: 'bun', install: 'bun install', run: (script) => `bun run ${script}` },
  { name: 'deno', install: 'deno install', run: (script) => `deno task ${script}` },
]

/** Returns the package manager of a user agent, such as `pnpm/12.21.0 npm/? node/v24.21.0`. Default: npm. */
export function packageManagerOf(userAgent = ''): PackageManager {
  const name = userAgent.split('/')[0]
  return MANAGERS.find((manager) => manager.name === name) ?? NPM
}
