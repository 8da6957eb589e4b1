/** The cases of e-mails that go through a real SMTP server. */
import assert from 'node:assert/strict'
import { smtpMail } from '../src/mail-smtp.ts'
import type { Site } from '../src/site.ts'
import type { World } from './world.ts'

/** Where the SMTP server is. */
export interface Smtp {
  /** With the name and the password of the site. */
  readonly url: string
  /** Returns the accepted e-mails as JSON. */
  readonly inboxUrl: string
}

/** An e-mail that the server accepted. */
export interface SmtpMail {
  readonly recipients: readonly string[]
  /** The headers and the text, as they were sent. */
  readonly text: string
}

/** A test case. It creates the world with a `sendMail()` of its own. */
export interface SmtpCase {
  readonly name: string
  readonly run: (smtp: Smtp, worldWith: (sendMail: Site['sendMail']) => World) => Promise<void>
}

const FROM = 'Example <no-reply@app.example>'

export const smtpCases: readonly SmtpCase[] = [
  {
    name: 'a code signs in that came through an SMTP server',
    async run(smtp, worldWith) {
      const world = worldWith(smtpMail({ url: smtp.url, from: FROM }))
      const email = world.email()
      const browser = world.visit()
      assert.equal((await browser.post('/sign-in/email', { email })).status, 303)

      const [mail, ...more] = await inbox(smtp, email)
      assert.deepEqual([mail?.recipients, more], [[email], []])
      const text = mail?.text ?? ''
      const headers = text.split('\r\n\r\n')[0]?.split('\r\n') ?? []
      assert.ok(headers.includes(`From: ${FROM}`))
      assert.ok(headers.includes(`To: ${email}`))
      assert.ok(headers.includes('Subject: Your code to sign in'))
      assert.ok(headers.includes('Auto-Submitted: auto-generated'))
      const [, code = ''] = /^Your code is (\d{6})\r$/m.exec(text) ?? []
      assert.ok(text.includes(`https://app.example/sign-in/email/code?code=${code}\r\n`))

      assert.equal((await browser.post('/sign-in/email/code', { code })).status, 303)
      assert.ok((await (await browser.get('/')).text()).includes(email))
    },
  },
  {
    name: 'an e-mail goes to one recipient at most, also without the check of the form',
    async run(smtp) {
      const sendMail = smtpMail({ url: smtp.url, from: FROM })
      const name = crypto.randomUUID()
      const eve = `${name}@evil.example`
      const addresses = [
        `ada@app.example\r\nBcc: ${eve}`,
        `ada@app.example>\r\nRCPT TO:<${eve}`,
        `ada@app.example, ${eve}`,
        `ada <${eve}>`,
      ]
      for (const to of addresses) {
        await assert.rejects(sendMail({ to, subject: 'Code', text: name }), /recipient/)
      }
      await sendMail({ to: 'ada@app.example', subject: `Code\r\nBcc: ${eve}`, text: name })
      const accepted = await inbox(smtp, name)
      assert.deepEqual(
        accepted.map(({ recipients }) => recipients),
        [['ada@app.example']],
      )
      assert.ok(!/^Bcc:/m.test(accepted[0]?.text ?? ''))
    },
  },
  {
    name: 'no e-mail is sent without TLS where it is required, nor with a wrong password',
    async run(smtp, worldWith) {
      const urls = [`${smtp.url}?requireTLS=true`, smtp.url.replace(':secret@', ':wrong@')]
      for (const url of urls) {
        const world = worldWith(smtpMail({ url, from: FROM }))
        const email = world.email()
        const response = await world.visit().post('/sign-in/email', { email })
        assert.equal(response.status, 500)
        assert.deepEqual(response.headers.getSetCookie(), [])
        assert.deepEqual(await inbox(smtp, email), [])
      }
    },
  },
]

/** The accepted e-mails that contain a text. */
async function inbox({ inboxUrl }: Smtp, text: string): Promise<readonly SmtpMail[]> {
  const accepted = (await (await fetch(inboxUrl)).json()) as readonly SmtpMail[]
  return accepted.filter((mail) => mail.text.includes(text))
}
