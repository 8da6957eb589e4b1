/** Sends e-mails through an SMTP server. */
import { createTransport } from 'nodemailer'
import type { Site } from './site.ts'

/** The server, and the sender. */
export interface SmtpOptions {
  /**
   * Such as `smtps://user:password@smtp.example.com`, or `smtp://…:587?requireTLS=true`. Without TLS,
   * everybody on the way can read the codes.
   */
  readonly url: string
  /** The sender, such as `Example <no-reply@example.com>`. */
  readonly from: string
}

/** Returns the `sendMail()` of a site. It rejects when the server does not accept the e-mail. */
export function smtpMail({ url, from }: SmtpOptions): Site['sendMail'] {
  const transport = createTransport(url)
  // Mail programs do not reply to an automatic e-mail.
  const headers = { 'Auto-Submitted': 'auto-generated' }
  return async ({ to, subject, text }) => {
    // An object, because nodemailer reads a string as a list of addresses.
    await transport.sendMail({ from, to: { name: '', address: to }, subject, text, headers })
  }
}
