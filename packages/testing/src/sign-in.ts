/** Signs a visitor in without the app's sign-in form. */
import type { InferSession, InferUser, Session, SessionCookie, User } from '@limen/core'
import { CookieJar } from './cookie-jar.ts'
import { type Visitor, type VisitorOptions, originOf, visitorWith } from './visitor.ts'

/** The part of an `auth` object that is used here. */
export interface TestAuth {
  /** As in `Auth`. */
  createUser(user: never): Promise<User>
  /** As in `Auth`. */
  createSession(session: never): Promise<Session>
  /** As in `Auth`. */
  createSessionCookie(session: Session): SessionCookie
  /** As in `Auth`. */
  createBearerToken(session: Session): string
  /** As in `Auth`: its sessions are of this type. */
  validateSession(token: string): Promise<Session>
}

/** The attributes in a parameter of `auth` under another name, optional where they are optional. */
export type AttributesOf<Given, Name extends string> = {
  [Key in keyof Given as Key extends 'attributes' ? Name : never]: Given[Key]
}

/** Who signs in: a user that exists, or a new one with these attributes. */
export type SignInOptions<AnyAuth extends TestAuth> = VisitorOptions &
  AttributesOf<Parameters<AnyAuth['createSession']>[0], 'sessionAttributes'> &
  (
    | { readonly userId: string; readonly attributes?: undefined }
    | ({ readonly userId?: string | undefined } & AttributesOf<
        Parameters<AnyAuth['createUser']>[0],
        'attributes'
      >)
  )

/** A visitor who is signed in. */
export interface SignedInVisitor<AnyAuth> extends Visitor {
  /** The session as it was created. */
  readonly session: InferSession<AnyAuth>
  /** Its user. */
  readonly user: InferUser<AnyAuth>
  /** `Authorization: Bearer` with the session's token, and no cookie: for clients that are no browser. */
  readonly bearerHeaders: () => Headers
}

/**
 * Creates a session and a visitor who has its cookie.
 *
 * `{ userId }` signs in a user that exists. With `attributes`, or without `userId`, it creates one.
 *
 * @param auth The app's `auth` object, or one over the same store with the same cookie.
 * @param options The user, the session's attributes, the app's `fetch` and its origin.
 * @returns The visitor.
 * @throws {TypeError} When a browser would not store the session cookie at this origin.
 *
 * @example
 * app.get('/me', requireSession(auth), (c) => c.text('Hello'))
 * const ada = await signIn(auth, { fetch: app.fetch })
 * const response = await ada.fetch('/me')
 * await response.text()
 * // 'Hello'
 */
export async function signIn<AnyAuth extends TestAuth>(
  auth: AnyAuth,
  options: SignInOptions<AnyAuth>,
): Promise<SignedInVisitor<AnyAuth>> {
  const { userId, attributes, sessionAttributes } = options as {
    readonly userId?: string
    readonly attributes?: object
    readonly sessionAttributes?: object
  }
  const user =
    userId !== undefined && attributes === undefined
      ? { userId }
      : await auth.createUser({ userId, attributes } as never)
  const created = { userId: user.userId, attributes: sessionAttributes }
  const session = await auth.createSession(created as never)

  const url = new URL(originOf(options))
  const jar = new CookieJar()
  const cookie = auth.createSessionCookie(session)
  jar.set(cookie.serialize(), url)
  url.pathname = cookie.attributes.path
  if (!jar.header(url)) {
    const { secure, domain } = cookie.attributes
    throw new TypeError(
      `signIn(): a browser does not store this cookie at origin "${url.origin}" (secure: ${secure}, domain: ${domain ?? 'none'})`,
    )
  }
  return {
    ...visitorWith(jar, options),
    session: session as InferSession<AnyAuth>,
    user: session.user as InferUser<AnyAuth>,
    bearerHeaders: () =>
      new Headers({ Authorization: `Bearer ${auth.createBearerToken(session)}` }),
  }
}
