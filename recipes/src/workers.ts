/** The entry point on Cloudflare Workers. */
import { env } from 'cloudflare:workers'
import { createApp } from './app.ts'
import { deleteExpired } from './expired.ts'
import { printMail } from './mail.ts'
import { providersFrom } from './oauth-env.ts'
import { workersSite } from './site-workers.ts'

const site = workersSite(env, {
  // #if tickets
  origin: env.ORIGIN,
  // #end
  // #if totp
  totpKey: env.TOTP_KEY ?? '',
  // #end
  // #if email
  sendMail: printMail,
  // #end
  // #if oauth
  providers: providersFrom(env),
  // #end
})

export default {
  fetch: createApp(site).fetch,
  scheduled: () => deleteExpired(site),
} satisfies ExportedHandler<Cloudflare.Env>
