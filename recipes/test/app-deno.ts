import { denoSite } from '../src/site-deno.ts'
import { mainCases } from './main-cases.ts'
import { createWorld } from './world.ts'

const kv = await Deno.openKv(':memory:')
addEventListener('unload', () => kv.close())

for (const { name, run } of mainCases) {
  Deno.test(name, () =>
    run(
      createWorld(
        (options) => denoSite(kv, options),
        (app, request, client) => app.fetch(request, { remoteAddr: { hostname: client, port: 1 } }),
      ),
    ),
  )
}
