/** A provider for tests, which answers in this process. */
import { ClientSecretPost } from 'oauth4webapi'
import type { Profile, Provider } from '../src/oauth-client.ts'

const ISSUER = 'https://provider.example'

/** The provider, as the site has it. */
export const exampleProvider: Provider = {
  kind: 'oauth',
  id: 'example',
  name: 'Example',
  clientId: 'app',
  authenticate: () => ClientSecretPost('secret'),
  server: {
    issuer: ISSUER,
    authorization_endpoint: `${ISSUER}/authorize`,
    token_endpoint: `${ISSUER}/token`,
  },
  scope: 'email',
  api: ISSUER,
  profileOf: async (get) => (await get('/user')) as Profile,
}

/** Answers the requests that the app sends to the provider, as for an account, while `work` runs. */
export async function withAccount<Result>(
  profile: Profile,
  work: () => Promise<Result>,
): Promise<Result> {
  const before = globalThis.fetch
  globalThis.fetch = async (input, init) => {
    const { url } = new Request(input, init)
    if (url === `${ISSUER}/token`)
      return Response.json({ access_token: 'token', token_type: 'bearer' })
    if (url === `${ISSUER}/user`) return Response.json(profile)
    throw new TypeError(`unexpected request to ${url}`)
  }
  try {
    return await work()
  } finally {
    globalThis.fetch = before
  }
}
