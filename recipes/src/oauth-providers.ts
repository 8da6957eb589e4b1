/** The providers: their endpoints as data, and how each reports an account and its address. */
import { ClientSecretBasic, ClientSecretPost } from 'oauth4webapi'
import { type AppleKey, appleSecret } from './apple-secret.ts'
import { parseEmail } from './email.ts'
import type { Claims, Get, OAuthProvider, OpenIdProvider, Profile } from './oauth-client.ts'

/** What a provider gives an app that is registered there. */
export interface Registration {
  readonly clientId: string
  readonly clientSecret: string
}

// #if github
/** GitHub. */
export function github({ clientId, clientSecret }: Registration): OAuthProvider {
  return {
    kind: 'oauth',
    id: 'github',
    name: 'GitHub',
    clientId,
    authenticate: () => ClientSecretPost(clientSecret),
    server: {
      issuer: 'https://github.com/login/oauth',
      authorization_endpoint: 'https://github.com/login/oauth/authorize',
      token_endpoint: 'https://github.com/login/oauth/access_token',
    },
    scope: 'user:email',
    api: 'https://api.github.com',
    profileOf: async (get: Get) => {
      const { id } = (await get('/user')) as { id: number }
      type Address = { email: string; primary: boolean; verified: boolean }
      const addresses = (await get('/user/emails')) as readonly Address[]
      const address = addresses.find(({ primary, verified }) => primary && verified)
      return profile(id, address?.email)
    },
  }
}
// #end

// #if discord
/** Discord. */
export function discord({ clientId, clientSecret }: Registration): OAuthProvider {
  return {
    kind: 'oauth',
    id: 'discord',
    name: 'Discord',
    clientId,
    authenticate: () => ClientSecretPost(clientSecret),
    server: {
      issuer: 'https://discord.com',
      authorization_endpoint: 'https://discord.com/oauth2/authorize',
      token_endpoint: 'https://discord.com/api/oauth2/token',
    },
    scope: 'identify email',
    api: 'https://discord.com/api/v10',
    profileOf: async (get: Get) => {
      type User = { id: string; email?: string | null; verified?: boolean }
      const { id, email, verified } = (await get('/users/@me')) as User
      return profile(id, verified === true && email)
    },
  }
}
// #end

// #if google
/** Google. */
export function google({ clientId, clientSecret }: Registration): OpenIdProvider {
  return {
    kind: 'openid',
    id: 'google',
    name: 'Google',
    clientId,
    authenticate: () => ClientSecretPost(clientSecret),
    server: {
      issuer: 'https://accounts.google.com',
      authorization_endpoint: 'https://accounts.google.com/o/oauth2/v2/auth',
      token_endpoint: 'https://oauth2.googleapis.com/token',
    },
    scope: 'openid email',
    profileOf: verifiedProfile,
  }
}
// #end

// #if microsoft
const TENANT = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/

/**
 * Microsoft.
 *
 * Anyone can set the claim `email` of an account in a tenant of their own. `xms_edov` shows whether the
 * tenant owns the domain of the address: add both as optional claims to the app's registration.
 *
 * @param registration `tenant`: the id of one tenant, or `common` for all of them.
 */
export function microsoft({
  clientId,
  clientSecret,
  tenant,
}: Registration & { readonly tenant: string }): OpenIdProvider {
  const host = 'https://login.microsoftonline.com'
  return {
    kind: 'openid',
    id: 'microsoft',
    name: 'Microsoft',
    clientId,
    authenticate: () => ClientSecretPost(clientSecret),
    server: {
      issuer: `${host}/${tenant}/v2.0`,
      authorization_endpoint: `${host}/${tenant}/oauth2/v2.0/authorize`,
      token_endpoint: `${host}/${tenant}/oauth2/v2.0/token`,
    },
    scope: 'openid email',
    // With `common`, each tenant is an issuer.
    ...(!TENANT.test(tenant) && {
      issuerOf: ({ tid }) => `${host}/${TENANT.exec(String(tid))?.[0] ?? ''}/v2.0`,
    }),
    profileOf: ({ tid, sub, email, xms_edov: isOwner }) =>
      // An issuer can only name accounts of its own tenant.
      profile(
        `${String(tid)}/${String(sub)}`,
        [true, 1, '1', 'true'].includes(isOwner as string) && email,
      ),
  }
}
// #end

// #if apple
/** Apple, which posts its response because the scope asks for the address. */
export function apple({
  clientId,
  ...key
}: AppleKey & Pick<Registration, 'clientId'>): OpenIdProvider {
  return {
    kind: 'openid',
    id: 'apple',
    name: 'Apple',
    clientId,
    authenticate: async ({ issuer }) => ClientSecretPost(await appleSecret(key, clientId, issuer)),
    server: {
      issuer: 'https://appleid.apple.com',
      authorization_endpoint: 'https://appleid.apple.com/auth/authorize',
      token_endpoint: 'https://appleid.apple.com/auth/token',
    },
    scope: 'openid email',
    responseMode: 'form_post',
    profileOf: verifiedProfile,
  }
}
// #end

// #if openid
/** Any provider with OpenID Connect, by its issuer. */
export function openId({
  id,
  name,
  clientId,
  clientSecret,
  issuer,
}: Registration &
  Pick<OpenIdProvider, 'id' | 'name'> & { readonly issuer: string }): OpenIdProvider {
  return {
    kind: 'openid',
    id,
    name,
    clientId,
    authenticate: () => ClientSecretBasic(clientSecret),
    server: new URL(issuer),
    scope: 'openid email',
    profileOf: verifiedProfile,
  }
}
// #end

// #if google or apple or openid
function verifiedProfile({ sub, email, email_verified: isVerified }: Claims): Profile {
  // Apple also sends the text "true".
  return profile(sub, (isVerified === true || isVerified === 'true') && email)
}
// #end

/** @param email An address that the provider has verified; anything else is no address. */
function profile(subject: unknown, email: unknown): Profile {
  const id = typeof subject === 'number' ? String(subject) : subject
  if (typeof id !== 'string' || id === '') throw new TypeError('The account has no id')
  return { subject: id, email: typeof email === 'string' ? parseEmail(email) : null }
}
