/** Which providers the app uses: those whose settings are in its environment. */
import type { Provider } from './oauth-client.ts'
import { apple, discord, github, google, microsoft, openId } from './oauth-providers.ts'

/** The names of all settings. */
export const PROVIDER_SETTINGS = [
  'GITHUB_CLIENT_ID',
  'GITHUB_CLIENT_SECRET',
  'GOOGLE_CLIENT_ID',
  'GOOGLE_CLIENT_SECRET',
  'MICROSOFT_CLIENT_ID',
  'MICROSOFT_CLIENT_SECRET',
  'MICROSOFT_TENANT',
  'DISCORD_CLIENT_ID',
  'DISCORD_CLIENT_SECRET',
  'APPLE_CLIENT_ID',
  'APPLE_TEAM_ID',
  'APPLE_KEY_ID',
  'APPLE_PRIVATE_KEY',
  'OPENID_CLIENT_ID',
  'OPENID_CLIENT_SECRET',
  'OPENID_ISSUER',
  'OPENID_NAME',
] as const

/** The settings. A provider without its client id is not used. */
export type ProviderSettings = {
  readonly [name in (typeof PROVIDER_SETTINGS)[number]]?: string | undefined
}

/**
 * Returns the providers of the settings.
 *
 * @throws {TypeError} If a provider has a client id, and another setting of it is missing.
 */
export function providersFrom(settings: ProviderSettings): readonly Provider[] {
  const get = (name: keyof ProviderSettings) => {
    const value = settings[name]
    if (value) return value
    throw new TypeError(`${name} is missing`)
  }
  const registration = (name: 'GITHUB' | 'GOOGLE' | 'MICROSOFT' | 'DISCORD' | 'OPENID') => ({
    clientId: get(`${name}_CLIENT_ID`),
    clientSecret: get(`${name}_CLIENT_SECRET`),
  })
  const providers: Provider[] = []
  if (settings.GITHUB_CLIENT_ID) providers.push(github(registration('GITHUB')))
  if (settings.GOOGLE_CLIENT_ID) providers.push(google(registration('GOOGLE')))
  if (settings.MICROSOFT_CLIENT_ID) {
    providers.push(microsoft({ ...registration('MICROSOFT'), tenant: get('MICROSOFT_TENANT') }))
  }
  if (settings.DISCORD_CLIENT_ID) providers.push(discord(registration('DISCORD')))
  if (settings.APPLE_CLIENT_ID) {
    providers.push(
      apple({
        clientId: settings.APPLE_CLIENT_ID,
        teamId: get('APPLE_TEAM_ID'),
        keyId: get('APPLE_KEY_ID'),
        privateKey: get('APPLE_PRIVATE_KEY'),
      }),
    )
  }
  if (settings.OPENID_CLIENT_ID) {
    const issuer = get('OPENID_ISSUER')
    providers.push(
      openId({ ...registration('OPENID'), id: 'openid', name: get('OPENID_NAME'), issuer }),
    )
  }
  return providers
}
