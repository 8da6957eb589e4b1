/** iron-session, which stores the session in an encrypted cookie. */
import { getIronSession, webCookies } from 'iron-session'
import { cookiesOf } from '../src/cookies.ts'
import { newRequest } from '../src/requests.ts'
import { type Subject, USER, forged } from '../src/subject.ts'

const options = {
  password: 'a secret of more than thirty-two characters, for the bench',
  cookieName: '__Host-session',
  ttl: 15 * 86_400,
}

export const ironSession: Subject = {
  name: 'iron-session',
  cannot: {
    idle: 'renewed only when it is saved',
    revoked: 'nothing is stored',
    unknown: 'nothing is stored',
    csrf: 'no check',
  },
  async open() {
    const openSession = (request: Request, headers: Headers) =>
      getIronSession<{ userId: string }>(webCookies(request, headers), options)

    async function signIn(): Promise<string> {
      const headers = new Headers()
      const session = await openSession(newRequest('GET', null), headers)
      session.userId = USER
      await session.save()
      return headers.get('Set-Cookie')!
    }

    return {
      async validate(request) {
        const session = await openSession(request, new Headers())
        return session.userId ?? null
      },
      signIn,
      // Its version follows the signature.
      cookie: cookiesOf({ signIn, forge: (cookie) => `${forged(cookie.slice(0, -2))}~2` }),
    }
  },
}
