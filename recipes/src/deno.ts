/** The entry point on Deno. Deno KV deletes what has expired by itself. */
import { createApp } from './app.ts'
import { printMail } from './mail.ts'
import { PROVIDER_SETTINGS, providersFrom } from './oauth-env.ts'
import { denoSite } from './site-deno.ts'

const settings = Object.fromEntries(PROVIDER_SETTINGS.map((name) => [name, Deno.env.get(name)]))
const site = denoSite(await Deno.openKv(), {
  // Your own origin: for links in e-mails, and the callbacks of providers.
  origin: 'http://localhost:8000',
  sendMail: printMail,
  providers: providersFrom(settings),
})
const app = createApp(site)

Deno.serve((request, info) => app.fetch(request, info))
