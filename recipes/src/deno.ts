/** The entry point on Deno. Deno KV deletes what has expired by itself. */
import { createApp } from './app.ts'
import { printMail } from './mail.ts'
import { denoSite } from './site-deno.ts'

const site = denoSite(await Deno.openKv(), {
  // Your own origin: for links in e-mails.
  origin: 'http://localhost:8000',
  sendMail: printMail,
})
const app = createApp(site)

Deno.serve((request, info) => app.fetch(request, info))
