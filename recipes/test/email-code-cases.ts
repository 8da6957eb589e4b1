/** The cases of the recipes for codes in e-mails: to sign in, and to set a new passphrase. */
import assert from 'node:assert/strict'
import { emailCode } from '../src/email-code.ts'
import { MAILS_OF_CLIENT, MAILS_TO_ADDRESS } from '../src/mail-limit.ts'
import { passphraseReset } from '../src/passphrase-reset.ts'
import { type Browser, CROSS_SITE, type Case, type World } from './world.ts'

const ASK = '/sign-in/email'
const CODE = '/sign-in/email/code'
const RESET = '/reset'
const RESET_CODE = '/reset/code'
const PASSPHRASE = 'correct horse battery'
const OTHER = 'another good passphrase'

const FLAGS = 'Path=/; HttpOnly; Secure; SameSite=Lax'
const NOT_HERE = 'Open the link in the browser in which you asked for it'

/** Asks for a code, and returns what the e-mail has. */
async function ask(
  world: World,
  browser: Browser,
  { email, path = ASK, ...fields }: { email: string; path?: string; next?: string },
) {
  const response = await browser.post(path, { email, ...fields })
  assert.equal(response.status, 303, await response.clone().text())
  const mail = world.mails.at(-1)
  assert.equal(mail?.to, email)
  const [code = ''] = /\b\d{6}\b/.exec(mail.text) ?? []
  const [link = ''] = /https?:\S+/.exec(mail.text) ?? []
  return { code, link: link.replace(browser.origin, ''), response, mail }
}

/** Another code of six digits. */
function wrong(code: string, by = 1): string {
  return String((Number(code) + by) % 1_000_000).padStart(6, '0')
}

async function isSignedIn(browser: Browser): Promise<boolean> {
  return (await (await browser.get('/')).text()).includes('You are signed in')
}

async function signedInAs(browser: Browser): Promise<string | undefined> {
  return /<bdi>(.*)<\/bdi>/.exec(await (await browser.get('/')).text())?.[1]
}

/** Asserts that a request was refused, without a session. */
async function assertRefused(response: Response, status: number, text: string): Promise<void> {
  assert.equal(response.status, status)
  assert.ok((await response.text()).replaceAll(/\s+/g, ' ').includes(text), text)
  assert.ok(!response.headers.getSetCookie().some((line) => line.includes('session=')))
}

/** Moves the clock to the start of an hour, so that the counts of one hour stay together. */
function startHour({ clock }: World): void {
  clock.advance(3_600_000 - (clock.now() % 3_600_000))
}

async function signUp(world: World, email: string): Promise<Browser> {
  const browser = world.visit()
  const { status } = await browser.post('/sign-up', { email, passphrase: PASSPHRASE })
  assert.equal(status, 303)
  return browser
}

const signIn: readonly Case[] = [
  {
    name: 'the code in an e-mail signs in: a new address becomes a user, and a known one stays it',
    async run(world) {
      const email = world.email()
      const browser = world.visit()
      const { code, response } = await ask(world, browser, { email })
      assert.equal(response.headers.get('Location'), CODE)
      assert.match(
        response.headers.getSetCookie().join('\n'),
        /^__Host-sign-in-code=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      )
      assert.equal(await world.site.accounts.findByEmail(email), null)
      const form = await (await browser.get(CODE)).text()
      assert.match(form, /inputmode="numeric"/)
      assert.match(form, /autocomplete="one-time-code"/)

      const signedIn = await browser.post(CODE, { code: `${code.slice(0, 3)} ${code.slice(3)}` })
      assert.equal(signedIn.status, 303)
      assert.equal(signedIn.headers.get('Location'), '/')
      assert.equal(await signedInAs(browser), email)
      const user = await world.site.accounts.findByEmail(email)
      assert.equal(user?.emailVerified, true)
      assert.equal(user.passphraseHash, null)

      const phone = world.visit()
      const second = await ask(world, phone, { email })
      await phone.post(CODE, { code: second.code })
      assert.deepEqual([await signedInAs(phone), await signedInAs(browser)], [email, email])
      assert.deepEqual(await world.site.accounts.findByEmail(email), user)
    },
  },
  {
    name: 'the link in an e-mail opens a page whose button signs in',
    async run(world) {
      const email = world.email()
      const browser = world.visit()
      const { link, code } = await ask(world, browser, { email })
      assert.equal(link, `${CODE}?code=${code}`)
      const page = await (await browser.get(link)).text()
      assert.match(page, new RegExp(`value="${code}"`))
      assert.equal((await browser.post(CODE, { code })).status, 303)
      assert.equal(await signedInAs(browser), email)
    },
  },
  {
    name: 'a mail scanner that opens the link uses nothing up, also with the cookie',
    async run(world) {
      const browser = world.visit()
      const { link, code } = await ask(world, browser, { email: world.email() })
      for (const opener of [world.visit(), browser]) {
        for (let turn = 0; turn < 6; turn++) {
          for (const method of ['GET', 'HEAD']) {
            const response = await opener.fetch(link, { method })
            assert.equal(response.status, 200)
            assert.deepEqual(response.headers.getSetCookie(), [])
          }
        }
        assert.equal(await isSignedIn(opener), false)
      }
      assert.equal((await browser.post(CODE, { code })).status, 303)
    },
  },
  {
    name: 'a link that is opened in another browser says where to open it, and its code does not sign in',
    async run(world) {
      const browser = world.visit()
      const { link, code } = await ask(world, browser, { email: world.email() })
      const other = world.visit()
      const page = (await (await other.get(link)).text()).replaceAll(/\s+/g, ' ')
      assert.ok(page.includes(NOT_HERE))
      assert.ok(page.includes('type the 6 digits of the e-mail there'))
      assert.ok(!page.includes('<form'))
      await assertRefused(await other.post(CODE, { code }), 401, NOT_HERE)
      assert.equal((await browser.post(CODE, { code })).status, 303)
    },
  },
  {
    name: 'the sixth attempt is refused, also with the right code',
    async run(world) {
      const browser = world.visit()
      const email = world.email()
      const { code } = await ask(world, browser, { email })
      for (let left = 4; left > 0; left--) {
        const text = `This code is wrong. You can try ${left} more.`
        await assertRefused(await browser.post(CODE, { code: wrong(code, left) }), 401, text)
      }
      const cookie = browser.headers().get('Cookie') ?? ''
      await assertRefused(await browser.post(CODE, { code: wrong(code, 5) }), 401, NOT_HERE)
      await assertRefused(await browser.post(CODE, { code }), 401, NOT_HERE)
      const kept = await browser.post(CODE, { code }, { Cookie: cookie })
      await assertRefused(kept, 401, NOT_HERE)
      assert.equal(await world.site.accounts.findByEmail(email), null)
    },
  },
  {
    name: 'concurrent guesses all count',
    async run(world) {
      const browser = world.visit()
      const { code } = await ask(world, browser, { email: world.email() })
      // Sent with the cookie of the one browser, by clients that are not limited yet.
      const Cookie = browser.headers().get('Cookie') ?? ''
      const guesses = Array.from({ length: 8 }, (_, index) => wrong(code, index + 1))
      await Promise.all(
        guesses.map((guess) => world.visit().post(CODE, { code: guess }, { Cookie })),
      )
      await assertRefused(await browser.post(CODE, { code }), 401, NOT_HERE)
    },
  },
  {
    name: 'what cannot be a code costs no attempt',
    async run(world) {
      const browser = world.visit()
      const { code } = await ask(world, browser, { email: world.email() })
      for (const typed of ['', '12345', `${code}7`, 'abcdef', '"><b>', '']) {
        const response = await browser.post(CODE, { code: typed })
        const page = await response.text()
        assert.equal(response.status, 422)
        assert.ok(page.includes('Enter the 6 digits.'))
        assert.ok(!page.includes('<b>'))
      }
      assert.equal((await browser.post(CODE, { code })).status, 303)
    },
  },
  {
    name: 'a code signs in once: it is not replayed with a copy of the cookie, nor by a concurrent request',
    async run(world) {
      const browser = world.visit()
      const { code, link } = await ask(world, browser, { email: world.email() })
      const Cookie = browser.headers().get('Cookie') ?? ''
      const responses = await Promise.all(
        [browser, world.visit(), world.visit()].map((from) =>
          from.post(CODE, { code }, { Cookie }),
        ),
      )
      const statuses = responses.map(({ status }) => status)
      assert.deepEqual(
        statuses.toSorted((one, two) => one - two),
        [303, 401, 401],
      )
      const thief = world.visit()
      await assertRefused(await thief.post(CODE, { code }, { Cookie }), 401, NOT_HERE)
      const page = await (await browser.get(link)).text()
      assert.ok(page.includes('has not asked for a code'))
    },
  },
  {
    name: 'an expired code is refused',
    async run(world) {
      const browser = world.visit()
      const email = world.email()
      const { code } = await ask(world, browser, { email })
      // The cookie of a browser expires too. This one is sent by hand.
      const Cookie = browser.headers().get('Cookie') ?? ''
      world.clock.advance({ minutes: 10 })
      await assertRefused(await world.visit().post(CODE, { code }, { Cookie }), 401, NOT_HERE)
      assert.equal(await world.site.accounts.findByEmail(email), null)
    },
  },
  {
    name: 'a new e-mail makes the older one worthless',
    async run(world) {
      const browser = world.visit()
      const email = world.email()
      const older = await ask(world, browser, { email })
      const newer = await ask(world, browser, { email })
      if (older.code !== newer.code) {
        const text = 'You can try 4 more.'
        await assertRefused(await browser.post(CODE, { code: older.code }), 401, text)
      }
      assert.equal((await browser.post(CODE, { code: newer.code })).status, 303)
    },
  },
  {
    name: "another person's link does not sign a victim in as that person",
    async run(world) {
      const attacker = world.visit()
      const sent = await ask(world, attacker, { email: world.email() })

      // A victim who is signed in, and one who is about to.
      const email = world.email()
      const ada = world.visit()
      await ada.post(CODE, { code: (await ask(world, ada, { email })).code })
      await ada.get(sent.link)
      await assertRefused(await ada.post(CODE, { code: sent.code }), 401, NOT_HERE)
      assert.equal(await signedInAs(ada), email)

      const eve = world.visit()
      const own = await ask(world, eve, { email: world.email() })
      if (own.code !== sent.code) {
        await assertRefused(await eve.post(CODE, { code: sent.code }), 401, 'This code is wrong.')
      }
      assert.equal(await isSignedIn(eve), false)
    },
  },
  {
    name: 'a form on another site can neither ask for a code nor send one',
    async run(world) {
      const browser = world.visit()
      const email = world.email()
      for (const path of [ASK, RESET]) {
        const asked = await browser.post(path, { email }, CROSS_SITE)
        assert.equal(asked.status, 403)
        assert.deepEqual(asked.headers.getSetCookie(), [])
      }
      assert.equal(world.mails.length, 0)
      const { code } = await ask(world, browser, { email })
      assert.equal((await browser.post(CODE, { code }, CROSS_SITE)).status, 403)
      const reset = await ask(world, browser, { email, path: RESET })
      const fields = { code: reset.code, passphrase: OTHER }
      assert.equal((await browser.post(RESET_CODE, fields, CROSS_SITE)).status, 403)
      assert.equal(await world.site.accounts.findByEmail(email), null)
      assert.equal((await browser.post(CODE, { code })).status, 303)
    },
  },
  {
    name: 'each recipe checks by itself where a form is from',
    async run({ site, email }) {
      for (const [recipe, path] of [
        [emailCode, ASK],
        [passphraseReset, RESET],
      ] as const) {
        for (const page of [path, `${path}/code`]) {
          const body = new URLSearchParams({ email: email(), code: '123456', passphrase: OTHER })
          const init = { method: 'POST', headers: CROSS_SITE, body }
          const response = await recipe(site).request(`https://app.example${page}`, init)
          assert.equal(response.status, 403)
        }
      }
    },
  },
  {
    name: 'a known and an unknown address get the same pages and the same e-mail',
    async run(world) {
      const known = world.email()
      await signUp(world, known)
      for (const path of [ASK, RESET]) {
        const results: unknown[] = []
        for (const email of [known, world.email()]) {
          const browser = world.visit()
          const { response, mail, code } = await ask(world, browser, { email, path })
          const cookie = response.headers
            .getSetCookie()
            .join()
            .replace(/=[\w-]{43}/, '')
          const pages = [
            await response.text(),
            await (await browser.get(`${path}/code`)).text(),
            await (
              await browser.post(`${path}/code`, { code: wrong(code), passphrase: OTHER })
            ).text(),
          ]
          results.push([cookie, mail.subject, mail.text.replaceAll(code, ''), pages])
        }
        assert.deepEqual(results[1], results[0])
      }
    },
  },
  {
    name: 'an address with a line break, a second address or a name gets no e-mail',
    async run(world) {
      const email = world.email()
      const addresses = [
        `${email}\r\nBcc: eve@evil.example`,
        `${email}\nBcc: eve@evil.example`,
        `ada\r\nTo: eve@evil.example`,
        `${email},eve@evil.example`,
        `ada,eve@evil.example`,
        `ada;eve@evil.example`,
        `ada<eve@evil.example>`,
        `"ada@evil.example"`,
        `ada@evil.example(x)`,
        `team:eve@evil.example`,
        'ada',
        '',
      ]
      for (const path of [ASK, RESET]) {
        for (const address of addresses) {
          const response = await world.visit().post(path, { email: address })
          await assertRefused(response, 422, 'Enter your e-mail address.')
          assert.deepEqual(response.headers.getSetCookie(), [])
        }
      }
      assert.deepEqual(world.mails, [])
    },
  },
  {
    name: 'the link has the origin of the site, whatever the Host header is',
    async run(world) {
      const email = world.email()
      const response = await world.visit().fetch(
        new Request(`https://evil.example${ASK}`, {
          method: 'POST',
          headers: { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'same-origin' },
          body: new URLSearchParams({ email }),
        }),
      )
      assert.equal(response.status, 303)
      const text = world.mails.at(-1)?.text ?? ''
      assert.ok(text.includes(`https://app.example${CODE}?code=`))
      assert.ok(!text.includes('evil.example'))
    },
  },
  {
    name: 'a sign-in opens the page that was asked for, and no page of another site',
    async run(world) {
      const pages: [next: string, opened: string][] = [
        ['/passphrase', '/passphrase'],
        ['https://evil.example', '/'],
        ['//evil.example', '/'],
        ['/\\evil.example', '/'],
      ]
      for (const [next, opened] of pages) {
        const browser = world.visit()
        const form = await browser.get(`${ASK}?${new URLSearchParams({ next }).toString()}`)
        assert.ok((await form.text()).includes(`name="next" value="${opened}"`), next)
        const { code, mail } = await ask(world, browser, { email: world.email(), next })
        assert.ok(!mail.text.includes('evil.example'))
        // A field of the second form has no effect.
        const response = await browser.post(CODE, { code, next: '//evil.example' })
        assert.equal(response.headers.get('Location'), opened)
      }
    },
  },
  {
    name: 'a code of another purpose is refused',
    async run(world) {
      const email = world.email()
      const browser = world.visit()
      await signUp(world, email)
      const asked = await ask(world, browser, { email })
      const [name, token] = (browser.headers().get('Cookie') ?? '').split('=')
      assert.equal(name, '__Host-sign-in-code')
      const other = world.visit()
      const Cookie = `__Host-passphrase-reset=${token}`
      const fields = { code: asked.code, passphrase: OTHER }
      await assertRefused(await other.post(RESET_CODE, fields, { Cookie }), 401, NOT_HERE)
      assert.equal((await other.post('/sign-in', { email, passphrase: OTHER })).status, 401)
      // It is still valid for its own purpose.
      assert.equal((await browser.post(CODE, { code: asked.code })).status, 303)
    },
  },
  {
    name: 'e-mails to one address are limited, from all clients together',
    async run(world) {
      startHour(world)
      const email = world.email()
      for (const path of [ASK, RESET, ASK, RESET, ASK])
        await ask(world, world.visit(), { email, path })
      assert.equal(world.mails.length, MAILS_TO_ADDRESS)
      for (const address of [email, email.toUpperCase(), email.replace('e', '\uFF45')]) {
        const response = await world.visit().post(ASK, { email: address })
        assert.equal(response.headers.get('Retry-After'), '3600')
        await assertRefused(response, 429, 'Too many e-mails.')
        assert.deepEqual(response.headers.getSetCookie(), [])
      }
      assert.equal(world.mails.length, MAILS_TO_ADDRESS)
      await ask(world, world.visit(), { email: world.email() })
      world.clock.advance({ hours: 1 })
      await ask(world, world.visit(), { email })
    },
  },
  {
    name: 'e-mails that one client asks for are limited, to all addresses together',
    async run(world) {
      startHour(world)
      const client = world.client()
      await ask(world, world.visit(client), { email: world.email() })
      // The limit of a minute is lower, so the others are counted without it.
      const key = `client:${client.replace(/::1$/, '')}`
      for (let count = 2; count <= MAILS_OF_CLIENT; count++) {
        assert.equal(await world.site.countMail(key), count)
      }
      const neighbour = world.visit(client.replace(/::1$/, '::2'))
      const response = await neighbour.post(ASK, { email: world.email() })
      assert.equal(response.headers.get('Retry-After'), '3600')
      await assertRefused(response, 429, 'Too many e-mails.')
      assert.equal(world.mails.length, 1)
    },
  },
  {
    name: 'attempts of one client are limited, on all codes together',
    async run(world) {
      const client = world.client()
      let response: Response
      let turn = 0
      do response = await world.visit(client).post(CODE, { code: '123456' })
      while (response.status === 401 && ++turn <= 20)
      await assertRefused(response, 429, 'Too many attempts.')
    },
  },
  {
    name: 'a sign-in never keeps the session that the browser had before',
    async run(world) {
      const email = world.email()
      const browser = await signUp(world, world.email())
      const Cookie = browser.headers().get('Cookie') ?? ''
      const { code } = await ask(world, browser, { email })
      await browser.post(CODE, { code })
      assert.equal(await signedInAs(browser), email)
      const copy = await world.visit().fetch('/', { headers: { Cookie } })
      assert.ok(!(await copy.text()).includes('You are signed in'))
    },
  },
  {
    name: 'a passphrase and a session that were there before the address was verified are worthless after it',
    async run(world) {
      const email = world.email()
      const attacker = await signUp(world, email)
      const ada = world.visit()
      await ada.post(CODE, { code: (await ask(world, ada, { email })).code })
      assert.equal(await signedInAs(ada), email)
      assert.equal(await isSignedIn(attacker), false)
      const fields = { email, passphrase: PASSPHRASE }
      assert.equal((await attacker.post('/sign-in', fields)).status, 401)

      // Later sign-ins keep what the user has since then.
      await ada.post('/passphrase', { passphrase: OTHER })
      const phone = world.visit()
      await phone.post(CODE, { code: (await ask(world, phone, { email })).code })
      assert.equal(await signedInAs(ada), email)
      assert.equal((await phone.post('/sign-in', { email, passphrase: OTHER })).status, 303)
    },
  },
  {
    name: 'of concurrent first sign-ins with one address, all are of one user',
    async run(world) {
      const email = world.email()
      const asked = []
      for (let turn = 0; turn < 3; turn++) {
        const browser = world.visit()
        asked.push({ browser, code: (await ask(world, browser, { email })).code })
      }
      const responses = await Promise.all(
        asked.map(({ browser, code }) => browser.post(CODE, { code })),
      )
      assert.deepEqual(
        responses.map(({ status }) => status),
        [303, 303, 303],
      )
      const user = await world.site.accounts.findByEmail(email)
      assert.ok(user)
      assert.equal((await world.site.auth.getAllUserSessions(user.userId)).length, 3)
    },
  },
]

const reset: readonly Case[] = [
  {
    name: 'a reset sets the passphrase, signs out all devices and does not sign in',
    async run(world) {
      const email = world.email()
      const devices = [await signUp(world, email), world.visit()]
      await devices[1]!.post('/sign-in', { email, passphrase: PASSPHRASE })
      const browser = devices[0]!
      const { code, link, response } = await ask(world, browser, { email, path: RESET })
      assert.match(
        response.headers.getSetCookie().join('\n'),
        new RegExp(`^__Host-passphrase-reset=[\\w-]{43}; Max-Age=600; ${FLAGS}$`),
      )
      assert.equal(link, `${RESET_CODE}?code=${code}`)
      const page = await (await browser.get(link)).text()
      assert.ok(page.includes(`value="${code}"`))
      assert.ok(page.includes('autocomplete="new-password"'))

      const done = await browser.post(RESET_CODE, { code, passphrase: OTHER })
      assert.equal(done.status, 200)
      assert.ok((await done.text()).includes('All devices are signed out.'))
      for (const device of devices) assert.equal(await isSignedIn(device), false)
      const old = await world.visit().post('/sign-in', { email, passphrase: PASSPHRASE })
      assert.equal(old.status, 401)
      assert.equal((await browser.post('/sign-in', { email, passphrase: OTHER })).status, 303)
      assert.equal((await world.site.accounts.findByEmail(email))?.emailVerified, true)

      // Also after the first reset, which verified the address.
      const phone = world.visit()
      await phone.post('/sign-in', { email, passphrase: OTHER })
      const second = await ask(world, phone, { email, path: RESET })
      await phone.post(RESET_CODE, { code: second.code, passphrase: PASSPHRASE })
      assert.deepEqual([await isSignedIn(phone), await isSignedIn(browser)], [false, false])
      assert.equal((await phone.post('/sign-in', { email, passphrase: PASSPHRASE })).status, 303)
    },
  },
  {
    name: 'a reset names what is wrong with the passphrase before the code is taken',
    async run(world) {
      const email = world.email()
      const browser = world.visit()
      const { code } = await ask(world, browser, { email, path: RESET })
      for (let turn = 0; turn < 6; turn++) {
        const response = await browser.post(RESET_CODE, { code, passphrase: 'short' })
        await assertRefused(response, 422, 'Use at least 8 characters.')
      }
      await assertRefused(
        await browser.post(RESET_CODE, { code: wrong(code), passphrase: OTHER }),
        401,
        'You can try 4 more.',
      )
      assert.deepEqual(world.hashed, [])
      // The address had no user. It has one now.
      assert.equal((await browser.post(RESET_CODE, { code, passphrase: OTHER })).status, 200)
      assert.equal((await browser.post('/sign-in', { email, passphrase: OTHER })).status, 303)
    },
  },
  {
    name: 'a reset cannot be finished in another browser, replayed, or with an expired code',
    async run(world) {
      const email = world.email()
      await signUp(world, email)
      const browser = world.visit()
      const { code, link } = await ask(world, browser, { email, path: RESET })
      const other = world.visit()
      const page = (await (await other.get(link)).text()).replaceAll(/\s+/g, ' ')
      assert.ok(page.includes(NOT_HERE) && !page.includes('<form'))
      const fields = { code, passphrase: OTHER }
      await assertRefused(await other.post(RESET_CODE, fields), 401, NOT_HERE)

      const Cookie = browser.headers().get('Cookie') ?? ''
      assert.equal((await browser.post(RESET_CODE, fields)).status, 200)
      const again = { code, passphrase: PASSPHRASE }
      await assertRefused(await other.post(RESET_CODE, again, { Cookie }), 401, NOT_HERE)

      const late = await ask(world, browser, { email, path: RESET })
      const lateCookie = browser.headers().get('Cookie') ?? ''
      world.clock.advance({ minutes: 10 })
      const expired = { code: late.code, passphrase: PASSPHRASE }
      const response = await other.post(RESET_CODE, expired, { Cookie: lateCookie })
      await assertRefused(response, 401, NOT_HERE)
      assert.equal((await other.post('/sign-in', { email, passphrase: OTHER })).status, 303)
    },
  },
  {
    name: 'a sign-in with the old passphrase that a reset overtakes is refused',
    async run(world) {
      const email = world.email()
      await signUp(world, email)
      const browser = world.visit()
      const { code } = await ask(world, browser, { email, path: RESET })
      const { accounts } = world.site
      const { findByEmail } = accounts
      accounts.findByEmail = async (address) => {
        const account = await findByEmail(address)
        accounts.findByEmail = findByEmail
        await browser.post(RESET_CODE, { code, passphrase: OTHER })
        return account
      }
      const late = await world.visit().post('/sign-in', { email, passphrase: PASSPHRASE })
      assert.equal(late.status, 401)
      assert.deepEqual(late.headers.getSetCookie(), [])
    },
  },
]

export const emailCodeCases: readonly Case[] = [...signIn, ...reset]
