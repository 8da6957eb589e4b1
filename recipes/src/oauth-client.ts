/** OAuth 2 and OpenID Connect: the authorization code flow with PKCE, `state`, `nonce` and `iss`. */
import * as oauth from 'oauth4webapi'

/** What a provider returns about an account. */
export interface Profile {
  /** The provider's id of the account. */
  readonly subject: string
  /** An address that the provider has verified, or `null`. */
  readonly email: string | null
}

/** The claims of an ID token. */
export type Claims = Readonly<Record<string, unknown>>

/** Reads a path of a provider's API. */
export type Get = (path: string) => Promise<unknown>

/** What every provider has. */
interface ProviderBase {
  /** Its name in the addresses of the pages, and in the database. */
  readonly id: string
  /** Its name on the pages. */
  readonly name: string
  readonly clientId: string
  /** Proves to the provider that a request is of this app. */
  readonly authenticate: (
    server: oauth.AuthorizationServer,
  ) => oauth.ClientAuth | Promise<oauth.ClientAuth>
  /** The metadata, or the issuer whose metadata is read for each sign-in. */
  readonly server: oauth.AuthorizationServer | URL
  readonly scope: string
  /** How the response comes back. Default: in the query of the callback. */
  readonly responseMode?: 'form_post'
}

/** A provider with OpenID Connect: an ID token has the account. */
export interface OpenIdProvider extends ProviderBase {
  readonly kind: 'openid'
  readonly profileOf: (claims: Claims) => Profile
  /** The issuer of an ID token, where it depends on the account. */
  readonly issuerOf?: (claims: Claims) => string
}

/** A provider with OAuth 2 alone: its API has the account. */
export interface OAuthProvider extends ProviderBase {
  readonly kind: 'oauth'
  /** The address of its API. */
  readonly api: string
  readonly profileOf: (get: Get) => Promise<Profile>
}

/** A provider. */
export type Provider = OpenIdProvider | OAuthProvider

/** What the app keeps of a sign-in until the callback. */
export interface Checks {
  readonly verifier: string
  readonly nonce: string
}

/** Creates the random values of a sign-in. */
export function newChecks(): Checks {
  return { verifier: oauth.generateRandomCodeVerifier(), nonce: oauth.generateRandomNonce() }
}

/** The URL at the provider that asks the user for permission. */
export async function authorizationUrl(
  provider: Provider,
  { verifier, nonce }: Checks,
  redirectUri: string,
  state: string,
): Promise<string> {
  const { authorization_endpoint: endpoint } = await serverOf(provider)
  if (!endpoint) throw new TypeError(`${provider.id} has no authorization_endpoint`)
  const url = new URL(endpoint)
  const parameters = {
    response_type: 'code',
    client_id: provider.clientId,
    redirect_uri: redirectUri,
    scope: provider.scope,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(provider.kind === 'openid' && { nonce }),
    ...(provider.responseMode && { response_mode: provider.responseMode }),
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return url.href
}

/**
 * Exchanges the code of a callback, and returns the account.
 *
 * @param parameters Those of the callback, whose `state` was checked before.
 * @throws {oauth.AuthorizationResponseError} If the provider reports an error, such as `access_denied`.
 * @throws If the provider does not respond, or a check fails.
 */
export async function fetchProfile(
  provider: Provider,
  { verifier, nonce }: Checks,
  redirectUri: string,
  parameters: URLSearchParams,
): Promise<Profile> {
  const server = await serverOf(provider)
  const client = { client_id: provider.clientId }
  const options = optionsOf(provider)
  const valid = oauth.validateAuthResponse(server, client, parameters, oauth.skipStateCheck)
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    await provider.authenticate(server),
    valid,
    redirectUri,
    verifier,
    options,
  )
  if (provider.kind === 'oauth') {
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, response)
    return provider.profileOf((path) => getJson(provider, path, tokens.access_token))
  }

  // The ID token comes directly from the provider, over TLS: its signature needs no check.
  const issuer = provider.issuerOf?.(await unverifiedClaims(response)) ?? server.issuer
  const tokens = await oauth.processAuthorizationCodeResponse(
    { ...server, issuer },
    client,
    response,
    {
      expectedNonce: nonce,
      requireIdToken: true,
    },
  )
  const claims = oauth.getValidatedIdTokenClaims(tokens)
  if (!claims) throw new TypeError(`${provider.id} sent no ID token`)
  if (!server.userinfo_endpoint) return provider.profileOf(claims)
  const { access_token: token } = tokens
  const info = await oauth.userInfoRequest(server, client, token, options)
  const more = await oauth.processUserInfoResponse(server, client, claims.sub, info)
  return provider.profileOf({ ...claims, ...more })
}

/** Whether the user refused to sign in at the provider. */
export function isRefusal(error: unknown): boolean {
  return error instanceof oauth.AuthorizationResponseError && error.error === 'access_denied'
}

async function serverOf(provider: Provider): Promise<oauth.AuthorizationServer> {
  if (!(provider.server instanceof URL)) return provider.server
  const response = await oauth.discoveryRequest(provider.server, optionsOf(provider))
  return oauth.processDiscoveryResponse(provider.server, response)
}

async function getJson(provider: OAuthProvider, path: string, token: string): Promise<unknown> {
  // GitHub refuses requests without a User-Agent.
  const headers = new Headers({ Accept: 'application/json', 'User-Agent': provider.clientId })
  const url = new URL(provider.api + path)
  const options = optionsOf(provider)
  const response = await oauth.protectedResourceRequest(token, 'GET', url, headers, null, options)
  if (response.status !== 200) throw new TypeError(`${provider.id} responded ${response.status}`)
  return response.json()
}

/** Reads claims only to know which issuer the checks must expect. */
async function unverifiedClaims(response: Response): Promise<Claims> {
  const { id_token: token = '' } = (await response.clone().json()) as { id_token?: string }
  const payload = token.split('.')[1]?.replaceAll('-', '+').replaceAll('_', '/') ?? ''
  return JSON.parse(atob(payload)) as Claims
}

function optionsOf({ server }: Provider) {
  const { protocol, hostname } = new URL(server instanceof URL ? server : server.issuer)
  // For a provider on this machine, at work on the app.
  const isLocal = protocol === 'http:' && /^(localhost|127\.0\.0\.1)$/.test(hostname)
  return {
    signal: () => AbortSignal.timeout(10_000),
    [oauth.allowInsecureRequests]: isLocal,
  }
}
