/** The settings of a project: environment variables, and variables and secrets of a Worker. */
import type { Choices, Provider } from './choices.ts'

/** A setting. */
export interface Setting {
  readonly name: string
  readonly description: string
  readonly isSecret: boolean
  /** For `dev.env`, which is not secret. */
  readonly forDevelopment?: string
}

const OF_PROVIDERS: Readonly<Record<Provider, readonly string[]>> = {
  github: ['GITHUB_CLIENT_ID', 'GITHUB_CLIENT_SECRET'],
  google: ['GOOGLE_CLIENT_ID', 'GOOGLE_CLIENT_SECRET'],
  microsoft: ['MICROSOFT_CLIENT_ID', 'MICROSOFT_CLIENT_SECRET', 'MICROSOFT_TENANT'],
  discord: ['DISCORD_CLIENT_ID', 'DISCORD_CLIENT_SECRET'],
  apple: ['APPLE_CLIENT_ID', 'APPLE_TEAM_ID', 'APPLE_KEY_ID', 'APPLE_PRIVATE_KEY'],
  openid: ['OPENID_CLIENT_ID', 'OPENID_CLIENT_SECRET', 'OPENID_ISSUER', 'OPENID_NAME'],
}

/** Where each setting of a provider comes from. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  MICROSOFT_TENANT: 'The id of one tenant, or `common` for all of them.',
  APPLE_PRIVATE_KEY: 'The contents of the file `AuthKey_….p8`.',
  OPENID_ISSUER: 'The address of the provider, without `/.well-known/openid-configuration`.',
  OPENID_NAME: 'The name of the provider on the pages.',
}

/**
 * Returns the settings of a project.
 *
 * @param newKey Creates a random key: 32 bytes in base64.
 */
export function settingsOf(
  { runtime, store, ways, providers }: Choices,
  newKey: () => string,
): readonly Setting[] {
  const settings: Setting[] = []
  if (store === 'postgres') {
    settings.push({
      name: 'DATABASE_URL',
      description: 'The database, such as `postgres://user:password@host/app`.',
      isSecret: true,
      forDevelopment: 'pglite:data',
    })
  }
  if (store === 'sqlite') {
    const description = 'The file of the database. Default: `data/app.db`.'
    settings.push({ name: 'DATABASE_PATH', description, isSecret: false })
  }
  if (runtime === 'node') {
    const description = 'The port. Default: 3000.'
    settings.push({ name: 'PORT', description, isSecret: false })
  }
  if (ways.some((way) => way !== 'passphrase')) {
    const description = 'The origin of the site, such as `https://app.example.com`.'
    settings.push({ name: 'ORIGIN', description, isSecret: false })
  }
  if (ways.includes('totp')) {
    settings.push({
      name: 'TOTP_KEY',
      description:
        'Encrypts the secrets of authenticator apps. Create it with `openssl rand -base64 32`.',
      isSecret: true,
      forDevelopment: newKey(),
    })
  }
  if (runtime === 'node' && ways.includes('email')) {
    const smtp = 'The mail server, such as `smtps://user:password@smtp.example.com`.'
    const from = 'The sender, such as `Example <no-reply@example.com>`.'
    settings.push(
      { name: 'SMTP_URL', description: smtp, isSecret: true },
      { name: 'MAIL_FROM', description: from, isSecret: false },
    )
  }
  const ofProviders = providers.flatMap((provider) => OF_PROVIDERS[provider])
  for (const name of ofProviders) {
    const description = DESCRIPTIONS[name] ?? 'From your registration at the provider.'
    settings.push({ name, description, isSecret: true })
  }
  return settings
}
