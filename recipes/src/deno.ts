/** The entry point on Deno. Deno KV deletes what has expired by itself. */
import { createApp } from './app.ts'
import { printMail } from './mail.ts'
import { PROVIDER_SETTINGS, providersFrom } from './oauth-env.ts'
import { denoSite } from './site-deno.ts'

const settings = Object.fromEntries(PROVIDER_SETTINGS.map((name) => [name, Deno.env.get(name)]))
const site = denoSite(await Deno.openKv(), {
  sendMail: printMail,
  origin: Deno.env.get('ORIGIN') ?? 'http://localhost:8000',
  totpKey: Deno.env.get('TOTP_KEY') ?? '',
  providers: providersFrom(settings),
})
const app = createApp(site)

Deno.serve((request, info) => app.fetch(request, info))
