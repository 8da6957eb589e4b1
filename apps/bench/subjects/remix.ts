/** Remix's session and cookie over its memory storage. */
import { createCookie } from '@remix-run/cookie'
import { createMemorySessionStorage } from '@remix-run/session/memory-storage'
import { cookiesOf } from '../src/cookies.ts'
import { type Subject, USER } from '../src/subject.ts'

export const remix: Subject = {
  name: 'Remix session',
  cannot: {
    idle: 'renewed only when it is written',
    expired: 'its memory storage has no expiry',
    csrf: 'in another package',
  },
  async open() {
    const cookie = createCookie('__Host-session', {
      secrets: ['a secret of more than thirty-two characters, for the bench'],
      httpOnly: true,
      secure: true,
      sameSite: 'Lax',
      path: '/',
      maxAge: 15 * 86_400,
    })
    const storage = createMemorySessionStorage()
    const openSession = async (header: string | null) => storage.read(await cookie.parse(header))

    async function signIn(): Promise<string> {
      const session = await openSession(null)
      session.set('userId', USER)
      session.regenerateId(true)
      return cookie.serialize((await storage.save(session))!)
    }

    async function revoke(value: string): Promise<void> {
      const session = await openSession(`__Host-session=${value}`)
      session.destroy()
      await storage.save(session)
    }

    return {
      async validate({ headers }) {
        const session = await openSession(headers.get('Cookie'))
        return (session.get('userId') as string | undefined) ?? null
      },
      signIn,
      cookie: cookiesOf({ signIn, revoke }),
    }
  },
}
