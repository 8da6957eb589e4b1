/** The entry point on Cloudflare Workers. */
import { env } from 'cloudflare:workers'
import { createApp } from './app.ts'
import { deleteExpired } from './expired.ts'
import { printMail } from './mail.ts'
import { providersFrom } from './oauth-env.ts'
import { workersSite } from './site-workers.ts'

const site = workersSite(env, {
  sendMail: printMail,
  origin: env.ORIGIN,
  totpKey: env.TOTP_KEY,
  providers: providersFrom(env),
})

export default {
  fetch: createApp(site).fetch,
  scheduled: () => deleteExpired(site),
} satisfies ExportedHandler<Cloudflare.Env>
