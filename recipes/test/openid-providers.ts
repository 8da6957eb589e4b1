/** OpenID providers of the tests: the npm package `oidc-provider`, with its own pages. */
import { type KeyObject, generateKeyPairSync, verify } from 'node:crypto'
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider, { type Configuration } from 'oidc-provider'
import { APPLE, CLIENT } from './oauth-registration.ts'
import { type TestAccount, accountOf } from './test-account.ts'

/** Starts an OpenID provider for the app at an origin, and returns its issuer. Everyone can sign in. */
export async function startOpenId(origin: string): Promise<string> {
  const { server, issuer } = await listen()
  serveWith(server, createProvider(issuer, origin, 'openid', {}))
  return issuer
}

/** Starts a provider that authenticates the app as Apple does: by a JWT, signed with a key of the app. */
export async function startApple(origin: string): Promise<{ issuer: string; privateKey: string }> {
  const { server, issuer } = await listen()
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  // As Apple does, it reports the address in the ID token.
  const provider = createProvider(issuer, origin, 'apple', { conformIdTokenClaims: false })
  changeForms(provider, /^\/token$/, (form) => {
    const isSigned = isAppleSecret(form['client_secret'] ?? '', keys.publicKey, issuer)
    return { ...form, client_secret: isSigned ? CLIENT.clientSecret : 'wrong' }
  })
  serveWith(server, provider)
  const privateKey = keys.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  return { issuer, privateKey }
}

function serveWith(server: Server, provider: Provider): void {
  const respond = provider.callback()
  server.on('request', (request, response) => void respond(request, response))
}

async function listen(): Promise<{ server: Server; issuer: string }> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

function createProvider(
  issuer: string,
  origin: string,
  id: string,
  configuration: Configuration,
): Provider {
  const accounts = new Map<string, TestAccount>()
  const provider = new Provider(issuer, {
    ...configuration,
    clients: [
      {
        client_id: CLIENT.clientId,
        client_secret: CLIENT.clientSecret,
        redirect_uris: [`${origin}/oauth/${id}/callback`],
        token_endpoint_auth_method: id === 'apple' ? 'client_secret_post' : 'client_secret_basic',
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    cookies: { keys: ['a key of the tests'] },
    pkce: { required: () => true },
    findAccount: (_, accountId) => ({
      accountId,
      claims: () => {
        const { email, isVerified } = accounts.get(accountId) ?? {}
        return { sub: accountId, email, email_verified: isVerified }
      },
    }),
  })
  // The page of `oidc-provider` takes the id of an account. Here a login contains more.
  changeForms(provider, /^\/interaction\//, (form) => {
    if (form['login'] === undefined) return form
    const account = accountOf(form['login'])
    accounts.set(account.subject, account)
    return { ...form, login: account.subject }
  })
  return provider
}

/** Changes the forms that are sent to a path, before the provider reads them. */
function changeForms(
  provider: Provider,
  path: RegExp,
  change: (form: Record<string, string>) => Record<string, string>,
): void {
  provider.use(async (ctx, next) => {
    if (ctx.method === 'POST' && path.test(ctx.path)) {
      let text = ''
      for await (const chunk of ctx.req) text += String(chunk)
      const body = change(Object.fromEntries(new URLSearchParams(text)))
      Object.assign(ctx.req, { body })
    }
    await next()
  })
}

function isAppleSecret(jwt: string, publicKey: KeyObject, issuer: string): boolean {
  const [header = '', payload = '', signature = ''] = jwt.split('.')
  const parse = (part: string) =>
    JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
  const { alg, kid } = parse(header)
  const { iss, aud, sub, iat, exp } = parse(payload)
  const now = Date.now() / 1000
  const key = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const
  const signed = Buffer.from(`${header}.${payload}`)
  return (
    verify('sha256', signed, key, Buffer.from(signature, 'base64url')) &&
    alg === 'ES256' &&
    kid === APPLE.keyId &&
    iss === APPLE.teamId &&
    aud === issuer &&
    sub === APPLE.clientId &&
    Math.abs(Number(iat) - now) < 60 &&
    Number(exp) > now
  )
}
