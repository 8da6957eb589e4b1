/** The providers of the tests, as the site of the tests has them. */
import type { Provider } from '../src/oauth-client.ts'
import { apple, github, openId } from '../src/oauth-providers.ts'
import { APPLE, CLIENT, type TestProviders } from './oauth-registration.ts'

/** Real providers at the addresses of the tests' own servers, and two that are out of order. */
export function siteProviders(test: TestProviders): readonly Provider[] {
  const githubAt = (id: string, name: string, tokenPath: string): Provider => ({
    ...github(CLIENT),
    id,
    name,
    server: {
      issuer: test.github,
      authorization_endpoint: `${test.github}/login/oauth/authorize`,
      token_endpoint: test.github + tokenPath,
    },
    api: test.github,
  })
  return [
    githubAt('github', 'GitHub', '/login/oauth/access_token'),
    openId({ ...CLIENT, id: 'openid', name: 'Example', issuer: test.openid }),
    {
      ...apple({ ...APPLE, privateKey: test.applePrivateKey }),
      server: {
        issuer: test.apple,
        authorization_endpoint: `${test.apple}/auth`,
        token_endpoint: `${test.apple}/token`,
      },
    },
    githubAt('outage', 'Outage', '/outage'),
    // No program listens on the port "discard".
    openId({ ...CLIENT, id: 'down', name: 'Down', issuer: 'http://127.0.0.1:9' }),
  ]
}
