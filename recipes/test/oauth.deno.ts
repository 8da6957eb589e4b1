/** Run by `deno.test.ts`, which starts the providers. The variable PROVIDERS has their addresses. */
import { denoSite } from '../src/site-deno.ts'
import { oauthCases } from './oauth-cases.ts'
import type { TestProviders } from './oauth-registration.ts'
import { siteProviders } from './oauth-site.ts'
import { createWorld } from './world.ts'

const providers = siteProviders(JSON.parse(Deno.env.get('PROVIDERS') ?? '') as TestProviders)
const kv = await Deno.openKv(':memory:')
addEventListener('unload', () => kv.close())

for (const { name, run } of oauthCases) {
  Deno.test(`Deno and Deno KV: ${name}`, () =>
    run(
      createWorld(
        (options) => denoSite(kv, { ...options, providers }),
        (app, request, client) => app.fetch(request, { remoteAddr: { hostname: client, port: 1 } }),
      ),
    ))
}
