/** Which providers the app uses: those whose settings are in its environment. */
import type { Provider } from './oauth-client.ts'
import { apple, discord, github, google, microsoft, openId } from './oauth-providers.ts'

/** The names of all settings. */
export const PROVIDER_SETTINGS = [
  // #if github
  'GITHUB_CLIENT_ID',
  'GITHUB_CLIENT_SECRET',
  // #end
  // #if google
  'GOOGLE_CLIENT_ID',
  'GOOGLE_CLIENT_SECRET',
  // #end
  // #if microsoft
  'MICROSOFT_CLIENT_ID',
  'MICROSOFT_CLIENT_SECRET',
  'MICROSOFT_TENANT',
  // #end
  // #if discord
  'DISCORD_CLIENT_ID',
  'DISCORD_CLIENT_SECRET',
  // #end
  // #if apple
  'APPLE_CLIENT_ID',
  'APPLE_TEAM_ID',
  'APPLE_KEY_ID',
  'APPLE_PRIVATE_KEY',
  // #end
  // #if openid
  'OPENID_CLIENT_ID',
  'OPENID_CLIENT_SECRET',
  'OPENID_ISSUER',
  'OPENID_NAME',
  // #end
] as const

/** The settings. A provider without its client id is not used. */
export type ProviderSettings = {
  readonly [name in (typeof PROVIDER_SETTINGS)[number]]?: string | undefined
}

// #if github or google or microsoft or discord or openid
/** The providers that give a client secret. */
type NameOf<Setting> = Setting extends `${infer Name}_CLIENT_SECRET` ? Name : never
// #end

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
  // #if github or google or microsoft or discord or openid
  const registration = (name: NameOf<keyof ProviderSettings>) => ({
    clientId: get(`${name}_CLIENT_ID`),
    clientSecret: get(`${name}_CLIENT_SECRET`),
  })
  // #end
  const providers: Provider[] = []
  // #if github
  if (settings.GITHUB_CLIENT_ID) providers.push(github(registration('GITHUB')))
  // #end
  // #if google
  if (settings.GOOGLE_CLIENT_ID) providers.push(google(registration('GOOGLE')))
  // #end
  // #if microsoft
  if (settings.MICROSOFT_CLIENT_ID) {
    providers.push(microsoft({ ...registration('MICROSOFT'), tenant: get('MICROSOFT_TENANT') }))
  }
  // #end
  // #if discord
  if (settings.DISCORD_CLIENT_ID) providers.push(discord(registration('DISCORD')))
  // #end
  // #if apple
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
  // #end
  // #if openid
  if (settings.OPENID_CLIENT_ID) {
    const issuer = get('OPENID_ISSUER')
    providers.push(
      openId({ ...registration('OPENID'), id: 'openid', name: get('OPENID_NAME'), issuer }),
    )
  }
  // #end
  return providers
}
