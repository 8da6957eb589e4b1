/** The cases of what providers report. Their claims are data, because the providers cannot be run here. */
import assert from 'node:assert/strict'
import type { Claims, OpenIdProvider } from '../src/oauth-client.ts'
import { type ProviderSettings, providersFrom } from '../src/oauth-env.ts'
import { apple, discord, google, microsoft, openId } from '../src/oauth-providers.ts'
import { APPLE, CLIENT } from './oauth-registration.ts'
import type { Case } from './world.ts'

const TENANT = '0f4e6f2a-5c1d-4c0e-9a52-2d1d0f6f3b11'
const EMAIL = 'ada@example.com'
const SECRET = 'secret'

const anyTenant = microsoft({ ...CLIENT, tenant: 'common' })
const oneTenant = microsoft({ ...CLIENT, tenant: TENANT })
const byApple = apple({ ...APPLE, privateKey: '' })
const byIssuer = openId({ ...CLIENT, id: 'x', name: 'X', issuer: 'https://id.example' })

type Row = [provider: OpenIdProvider, claims: Claims, email: string | null, because: string]

const ROWS: readonly Row[] = [
  [google(CLIENT), { email: EMAIL, email_verified: true }, EMAIL, 'it is verified'],
  [google(CLIENT), { email: EMAIL, email_verified: false }, null, 'it is not verified'],
  [google(CLIENT), { email: EMAIL }, null, 'nothing says that it is verified'],
  [google(CLIENT), { email: 'Ada@Example.com', email_verified: true }, EMAIL, 'case is ignored'],
  [google(CLIENT), { email: 'ada', email_verified: true }, null, 'it is no address'],
  [google(CLIENT), { email: [EMAIL], email_verified: true }, null, 'it is not text'],
  [byIssuer, { email: EMAIL, email_verified: true }, EMAIL, 'it is verified'],
  [byIssuer, { email: EMAIL, email_verified: 1 }, null, 'OpenID has a boolean here'],
  [byApple, { email: EMAIL, email_verified: 'true' }, EMAIL, 'Apple sends text'],
  [byApple, { email: EMAIL, email_verified: 'false' }, null, 'Apple sends text'],
  [anyTenant, { tid: TENANT, email: EMAIL, xms_edov: true }, EMAIL, 'the tenant owns the domain'],
  [anyTenant, { tid: TENANT, email: EMAIL, xms_edov: '1' }, EMAIL, 'the tenant owns the domain'],
  [anyTenant, { tid: TENANT, email: EMAIL, xms_edov: false }, null, 'it does not'],
  [
    anyTenant,
    { tid: TENANT, email: EMAIL, email_verified: true },
    null,
    'Microsoft has no such claim',
  ],
  [anyTenant, { tid: TENANT, email: EMAIL }, null, 'anyone can set it in a tenant of their own'],
]

export const oauthProviderCases: readonly Case[] = [
  {
    name: 'an address is used only if the provider has verified it',
    async run() {
      for (const [provider, claims, email, because] of ROWS) {
        const profile = provider.profileOf({ sub: 'ada', ...claims })
        assert.equal(profile.email, email, `${provider.id}: ${because}`)
      }
      for (const [verified, email] of [
        [true, EMAIL],
        [false, null],
        [undefined, null],
      ] as const) {
        const get = async () => ({ id: '80351110224678912', email: EMAIL, verified })
        const profile = await discord(CLIENT).profileOf(get)
        assert.deepEqual(profile, { subject: '80351110224678912', email })
      }
    },
  },
  {
    name: 'an account without an id is refused',
    async run() {
      for (const sub of [undefined, '', null]) {
        assert.throws(() => google(CLIENT).profileOf({ sub }), TypeError)
      }
      await assert.rejects(
        discord(CLIENT).profileOf(async () => ({})),
        TypeError,
      )
    },
  },
  {
    name: 'an account at Microsoft belongs to its tenant, which is the issuer',
    async run() {
      const claims = { tid: TENANT, sub: 'ada' }
      assert.equal(anyTenant.profileOf(claims).subject, `${TENANT}/ada`)
      const issuer = `https://login.microsoftonline.com/${TENANT}/v2.0`
      assert.equal(anyTenant.issuerOf?.(claims), issuer)
      for (const tid of [undefined, '', 'common', `${TENANT}/x`, `evil.example/${TENANT}`]) {
        assert.equal(anyTenant.issuerOf?.({ tid }), 'https://login.microsoftonline.com//v2.0')
      }
      // With one tenant, no other one is accepted.
      assert.equal(oneTenant.issuerOf, undefined)
      assert.equal(oneTenant.server instanceof URL ? '' : oneTenant.server.issuer, issuer)
    },
  },
  {
    name: 'the providers of the settings are used, and an incomplete one is an error',
    async run() {
      const settings: ProviderSettings = {
        GITHUB_CLIENT_ID: 'x',
        GITHUB_CLIENT_SECRET: SECRET,
        GOOGLE_CLIENT_ID: 'x',
        GOOGLE_CLIENT_SECRET: SECRET,
        MICROSOFT_CLIENT_ID: 'x',
        MICROSOFT_CLIENT_SECRET: SECRET,
        MICROSOFT_TENANT: 'common',
        DISCORD_CLIENT_ID: 'x',
        DISCORD_CLIENT_SECRET: SECRET,
        APPLE_CLIENT_ID: 'x',
        APPLE_TEAM_ID: 'x',
        APPLE_KEY_ID: 'x',
        APPLE_PRIVATE_KEY: SECRET,
        OPENID_CLIENT_ID: 'x',
        OPENID_CLIENT_SECRET: SECRET,
        OPENID_ISSUER: 'https://id.example',
        OPENID_NAME: 'Example',
      }
      const ids = providersFrom(settings).map(({ id }) => id)
      assert.deepEqual(ids, ['github', 'google', 'microsoft', 'discord', 'apple', 'openid'])
      assert.deepEqual(providersFrom({}), [])
      const others = Object.keys(settings).filter((name) => !name.endsWith('_CLIENT_ID'))
      for (const name of others) {
        assert.throws(() => providersFrom({ ...settings, [name]: '' }), {
          message: `${name} is missing`,
        })
      }
    },
  },
]
