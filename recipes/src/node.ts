/** The entry point on Node. */
import { serve } from '@hono/node-server'
import { Pool } from 'pg'
import { createApp } from './app.ts'
import { pgSql } from './database.ts'
import { deleteExpired } from './expired.ts'
import { deleteOldAttempts } from './limit-sql.ts'
import { printMail } from './mail.ts'
import { smtpMail } from './mail-smtp.ts'
import { providersFrom } from './oauth-env.ts'
import { createTables, nodeSite } from './site-node.ts'

const { DATABASE_URL, PORT = '3000', SMTP_URL, TOTP_KEY = '' } = process.env
const { ORIGIN = `http://localhost:${PORT}`, MAIL_FROM = `no-reply@${new URL(ORIGIN).hostname}` } =
  process.env
const pool = new Pool({ connectionString: DATABASE_URL })
// Without a listener, the process exits when the server closes an idle connection.
pool.on('error', (error) => console.error(error.message))

await createTables(pool)
const site = nodeSite(pool, {
  origin: ORIGIN,
  totpKey: TOTP_KEY,
  sendMail: SMTP_URL ? smtpMail({ url: SMTP_URL, from: MAIL_FROM }) : printMail,
  providers: providersFrom(process.env),
})

const log = (error: Error) => console.error(error.message)
setInterval(() => void deleteOldAttempts(pgSql(pool)).catch(log), 60_000).unref()
setInterval(() => void deleteExpired(site).catch(log), 86_400_000).unref()

serve({ fetch: createApp(site).fetch, port: Number(PORT) }, ({ port }) =>
  console.log(`http://localhost:${port}`),
)
