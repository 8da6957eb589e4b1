/** A real SMTP server that stores what it accepts, for clients on this machine. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import type { Smtp, SmtpMail } from './smtp-cases.ts'

const PASSWORD = 'secret'

/** A server that runs. */
export interface SmtpServer extends Smtp {
  readonly stop: () => Promise<void>
}

/** Starts a server. It offers TLS if it has a certificate. */
export async function startSmtpServer(certificate?: {
  readonly key: string
  readonly cert: string
}): Promise<SmtpServer> {
  const accepted: SmtpMail[] = []
  const smtp = new SMTPServer({
    ...(certificate ?? { disabledCommands: ['STARTTLS'], allowInsecureAuth: true }),
    onAuth: ({ password }, _session, done) =>
      password === PASSWORD ? done(null, { user: 'site' }) : done(new Error('Wrong password')),
    onData(stream, { envelope }, done) {
      let text = ''
      stream.on('data', (part: Uint8Array) => (text += new TextDecoder().decode(part)))
      stream.on('end', () => {
        accepted.push({ recipients: envelope.rcptTo.map(({ address }) => address), text })
        done()
      })
    },
  })
  // A client that does not trust the certificate closes its connection.
  smtp.on('error', () => {})
  // Workers read the accepted e-mails from here.
  const http = createServer((_request, response) => response.end(JSON.stringify(accepted)))
  smtp.listen(0, '127.0.0.1')
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  if (!smtp.server.listening) await new Promise((resolve) => smtp.server.once('listening', resolve))
  const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port
  return {
    url: `smtp://site:${PASSWORD}@127.0.0.1:${portOf(smtp.server)}`,
    inboxUrl: `http://127.0.0.1:${portOf(http)}`,
    async stop() {
      await new Promise<void>((resolve) => smtp.close(resolve))
      await new Promise((resolve) => {
        http.close(resolve)
        http.closeAllConnections()
      })
    },
  }
}
