/** Run by `deno test`. */
import { emailKey } from '../src/email-key.ts'
import type { Site } from '../src/site.ts'
import { denoSite } from '../src/site-deno.ts'
import { apiCases } from './api-cases.ts'
import { deviceCases } from './device-cases.ts'
import { emailCodeCases } from './email-code-cases.ts'
import { guestCases } from './guest-cases.ts'
import { counterCases, limitCases } from './limit-cases.ts'
import { mainCases } from './main-cases.ts'
import { passkeyCases } from './passkey-cases.ts'
import { passphraseCases } from './passphrase-cases.ts'
import { smtpCases } from './smtp-cases.ts'
import { startSmtpServer } from './smtp-server.ts'
import { roleCases } from './role-cases.ts'
import { totpCases } from './totp-cases.ts'
import { type Case, type World, createWorld } from './world.ts'

const kv = await Deno.openKv(':memory:')
addEventListener('unload', () => kv.close())

const interrupted: Case = {
  name: 'a sign-up that stopped in the middle does not block its address',
  async run(world) {
    const email = world.email()
    await kv.set(emailKey(email), crypto.randomUUID())
    const browser = world.visit()
    const { status } = await browser.post('/sign-up', { email, passphrase: 'correct horse' })
    if (status !== 303) throw new Error(`${status}`)
    const again = await browser.post('/sign-up', { email, passphrase: 'correct horse' })
    if (again.status !== 409) throw new Error(`${again.status}`)
  },
}

function world(sendMail?: Site['sendMail']): World {
  return createWorld(
    (options) => denoSite(kv, options),
    (app, request, client) => app.fetch(request, { remoteAddr: { hostname: client, port: 1 } }),
    sendMail,
  )
}

for (const { name, run } of [
  ...passphraseCases,
  ...limitCases,
  ...counterCases,
  ...emailCodeCases,
  ...passkeyCases,
  ...totpCases,
  ...apiCases,
  ...deviceCases,
  ...guestCases,
  ...roleCases,
  ...mainCases,
  interrupted,
]) {
  Deno.test(`Deno and Deno KV: ${name}`, () => run(world()))
}

const smtp = await startSmtpServer()
addEventListener('unload', () => void smtp.stop())

for (const { name, run } of smtpCases) {
  Deno.test(`Deno and Deno KV: ${name}`, () => run(smtp, world))
}
