/** What the app and the providers of the tests know about each other. */

/** The origin of the app. */
export const APP = 'https://app.example'

/** The app's registration at every provider. */
export const CLIENT = { clientId: 'limen', clientSecret: 'a secret of the app' }

/** The app's registration at Apple, without its key. */
export const APPLE = { clientId: 'limen', teamId: 'TEAM123456', keyId: 'KEY1234567' }

/** What the program with the providers reports to the tests. */
export interface TestProviders {
  /** An OpenID provider, which reports an address at its userinfo endpoint. */
  readonly openid: string
  /** An OpenID provider that authenticates the app as Apple does, and posts its response. */
  readonly apple: string
  /** The key that Apple gives the app. */
  readonly applePrivateKey: string
  /** A server with the endpoints of GitHub. */
  readonly github: string
}
