/** Serves the site on Node. */
import { serve } from '@hono/node-server'
import type { SqlDriver } from '@limen/sql'
import { createApp } from './app.ts'
import { sqlOf } from './database.ts'
import { deleteExpired } from './expired.ts'
import { deleteOldAttempts } from './limit-sql.ts'
import { printMail } from './mail.ts'
import { smtpMail } from './mail-smtp.ts'
import { providersFrom } from './oauth-env.ts'
import { nodeSite } from './site-node.ts'

/** Serves the site on the port in PORT. */
export function serveSite(driver: SqlDriver): void {
  const { PORT = '3000' } = process.env
  // #if tickets
  const { ORIGIN = `http://localhost:${PORT}` } = process.env
  // #end
  // #if email
  const { SMTP_URL, MAIL_FROM = `no-reply@${new URL(ORIGIN).hostname}` } = process.env
  // #end
  const site = nodeSite(driver, {
    // #if tickets
    origin: ORIGIN,
    // #end
    // #if totp
    totpKey: process.env['TOTP_KEY'] ?? '',
    // #end
    // #if email
    sendMail: SMTP_URL ? smtpMail({ url: SMTP_URL, from: MAIL_FROM }) : printMail,
    // #end
    // #if oauth
    providers: providersFrom(process.env),
    // #end
  })

  const log = (error: Error) => console.error(error.message)
  setInterval(() => void deleteOldAttempts(sqlOf(driver)).catch(log), 60_000).unref()
  setInterval(() => void deleteExpired(site).catch(log), 86_400_000).unref()

  serve({ fetch: createApp(site).fetch, port: Number(PORT) }, ({ port }) =>
    console.log(`http://localhost:${port}`),
  )
}
