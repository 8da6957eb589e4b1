/**
 * The ceremonies of WebAuthn, for the origin of the site: an addition and a sign-in. Each begins with a
 * challenge, which is a ticket of the browser that asks for it.
 */
import { Buffer } from 'node:buffer'
import type {
  AuthenticationResponseJSON,
  RegistrationResponseJSON,
  WebAuthnCredential,
} from '@simplewebauthn/server'
import type { Context } from 'hono'
import { browserTickets } from './browser-tickets.ts'
import type { Passkey } from './passkeys.ts'
import type { Site } from './site.ts'

/** How long a challenge is valid: the sign-in page asks for one when it opens. */
const CHALLENGE_MS = 15 * 60_000

interface Asked {
  readonly challenge: string
  /** Whose passkey is added, or `null` for a sign-in. */
  readonly userId: string | null
}

/** The passkey that signed, or why there is none. */
export type SignInResult =
  | { readonly passkey: Passkey }
  | { readonly problem: string; readonly unknown?: string }

/** Creates the functions. */
export function passkeyCeremonies(site: Site) {
  const { passkeys, origin } = site
  const rpID = new URL(origin).hostname
  const challenges = browserTickets<Asked>(site, 'passkey-challenge', CHALLENGE_MS)
  // Only these calls need it, and it is larger than the rest of the app.
  const library = () => import('@simplewebauthn/server')
  const expectedOf = ({ challenge }: Asked) => ({
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: rpID,
    requireUserVerification: true,
  })

  return {
    rpID,

    /** Begins a sign-in. The options name no passkey, so they do not show who has one. */
    async beginSignIn(c: Context) {
      const { generateAuthenticationOptions } = await library()
      const options = await generateAuthenticationOptions({
        rpID,
        timeout: CHALLENGE_MS,
        userVerification: 'required',
      })
      await challenges.create(c, { challenge: options.challenge, userId: null })
      return options
    },

    /** Checks the response to a sign-in, and stores the use of the passkey. */
    async finishSignIn(c: Context, text: string): Promise<SignInResult> {
      const asked = await challenges.take(c)
      const response = responseOf<AuthenticationResponseJSON>(text)
      if (!asked || asked.userId !== null || !response) return { problem: 'Try again.' }
      const passkey = await passkeys.find(response.id)
      if (!passkey) return { problem: 'This passkey was removed.', unknown: response.id }

      const { verifyAuthenticationResponse } = await library()
      const publicKey = Buffer.from(passkey.publicKey, 'base64url')
      const credential = { id: passkey.id, publicKey, counter: passkey.counter }
      const options = { response, credential, ...expectedOf(asked) }
      const verified = await verifyAuthenticationResponse(options).catch(() => null)
      const isOfUser = response.response.userHandle === userHandleOf(passkey.userId)
      const isRight =
        verified?.verified &&
        isOfUser &&
        (await passkeys.use(passkey.id, verified.authenticationInfo.newCounter))
      return isRight ? { passkey } : { problem: 'This passkey was not accepted.' }
    },

    /** Begins the addition of a passkey. */
    async beginAddition(c: Context, { userId, email }: { userId: string; email: string }) {
      const { generateRegistrationOptions } = await library()
      const options = await generateRegistrationOptions({
        rpID,
        rpName: rpID,
        userID: Uint8Array.from(Buffer.from(userId)),
        userName: email,
        timeout: CHALLENGE_MS,
        excludeCredentials: (await passkeys.list(userId)).map(({ id }) => ({ id })),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      })
      await challenges.create(c, { challenge: options.challenge, userId })
      return options
    },

    /** Checks the response to an addition. Returns `null` if it is not accepted. */
    async finishAddition(
      c: Context,
      userId: string,
      text: string,
    ): Promise<WebAuthnCredential | null> {
      const asked = await challenges.take(c)
      const response = responseOf<RegistrationResponseJSON>(text)
      if (!asked || asked.userId !== userId || !response) return null
      const { verifyRegistrationResponse } = await library()
      const options = { response, ...expectedOf(asked) }
      const verified = await verifyRegistrationResponse(options).catch(() => null)
      return verified?.verified ? verified.registrationInfo.credential : null
    },
  }
}

/** The user id, as authenticators store it. */
export function userHandleOf(userId: string): string {
  return Buffer.from(userId).toString('base64url')
}

/** Returns `null` if the text is not a response. The library checks what is in it. */
function responseOf<Response extends { id: string; response: object }>(
  text: string,
): Response | null {
  try {
    const parsed = JSON.parse(text) as Partial<Response> | null
    const isResponse = typeof parsed?.id === 'string' && typeof parsed.response === 'object'
    return isResponse && parsed.response ? (parsed as Response) : null
  } catch {
    return null
  }
}
