/** h3's sessions, which are stored in an encrypted cookie, in the smallest h3 app. */
import { H3, getSession, useSession } from 'h3'
import { cookiesOf } from '../src/cookies.ts'
import { newRequest } from '../src/requests.ts'
import { type Subject, USER } from '../src/subject.ts'

const config = {
  name: '__Host-session',
  password: 'a secret of more than thirty-two characters, for the bench',
  maxAge: 15 * 86_400,
}

export const h3: Subject = {
  name: 'h3',
  cannot: {
    idle: 'renewed only when it is written',
    revoked: 'nothing is stored',
    unknown: 'nothing is stored',
    csrf: 'no check',
  },
  async open() {
    const app = new H3()
    app.get('/sign-in', async (event) => {
      const session = await useSession<{ userId: string }>(event, config)
      await session.update({ userId: USER })
      return ''
    })
    app.all('/entries', async (event) => {
      const session = await getSession<{ userId: string }>(event, config)
      return session.data.userId ?? ''
    })

    async function signIn(): Promise<string> {
      const { headers } = newRequest('GET', null)
      const response = await app.fetch(new Request('https://app.example/sign-in', { headers }))
      return response.headers.getSetCookie().at(-1)!
    }

    return {
      validate: async (request) => (await (await app.fetch(request)).text()) || null,
      signIn,
      cookie: cookiesOf({ signIn }),
    }
  },
}
