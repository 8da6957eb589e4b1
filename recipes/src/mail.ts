/** Sends e-mails. Put the API of your mail service here. */
import type { Mail } from './site.ts'

/** Prints the e-mail instead of sending it: for local work, as it can contain a secret. */
export async function printMail({ to, subject, text }: Mail): Promise<void> {
  console.log(`To: ${to}\nSubject: ${subject}\n\n${text}\n`)
}
