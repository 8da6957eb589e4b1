/** The entry point on Deno. Deno KV deletes what has expired by itself. */
import { createApp } from './app.ts'
import { deleteExpired } from './expired.ts'
import { printMail } from './mail.ts'
import { PROVIDER_SETTINGS, providersFrom } from './oauth-env.ts'
import { denoSite } from './site-deno.ts'

// #if oauth
const settings = Object.fromEntries(PROVIDER_SETTINGS.map((name) => [name, Deno.env.get(name)]))
// #end
const site = denoSite(await Deno.openKv(), {
  // #if tickets
  origin: Deno.env.get('ORIGIN') ?? 'http://localhost:8000',
  // #end
  // #if totp
  totpKey: Deno.env.get('TOTP_KEY') ?? '',
  // #end
  // #if email
  sendMail: printMail,
  // #end
  // #if oauth
  providers: providersFrom(settings),
  // #end
})
const app = createApp(site)

// #if guest
// It cannot know which guests have no session.
void Deno.cron('delete guests', '17 3 * * *', () => deleteExpired(site))
// #end

Deno.serve((request, info) => app.fetch(request, info))
