/** Passkeys in a real Chromium, with an authenticator that it simulates. */
import { Secret, TOTP } from 'otpauth'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Site } from '../src/site.ts'
import { type BrowserSite, openBrowserSite, signUpIn } from './browser-site.ts'

let opened: BrowserSite
let browser: Browser
let origin: string
let site: Site

beforeAll(async () => {
  opened = await openBrowserSite()
  ;({ browser, origin, site } = opened)
})
afterAll(() => opened[Symbol.asyncDispose]())

interface Visit {
  readonly page: Page
  readonly cdp: CDPSession
  readonly authenticatorId: string
  readonly errors: string[]
  /** What the authenticator has. */
  readonly passkeys: () => Promise<readonly { credentialId: string; signCount: number }[]>
}

/** Opens a browser without cookies, whose authenticator has no passkey. */
async function visit(): Promise<Visit> {
  const context = await browser.newContext()
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  const cdp = await context.newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  const passkeys = async () =>
    (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials
  return { page, cdp, authenticatorId, errors, passkeys }
}

const signUp = (page: Page) => signUpIn(page, origin)

async function addPasskey(page: Page, name: string): Promise<void> {
  await page.goto(`${origin}/passkeys`)
  await page.getByLabel('Name').fill(name)
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await page.getByRole('button', { name: `Remove ${name}` }).waitFor()
}

async function signOut(page: Page): Promise<void> {
  await page.goto(origin)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('link', { name: 'Sign in', exact: true }).waitFor()
}

it('Chromium adds a passkey, offers it in the e-mail field, and forgets it when it is removed', async () => {
  const { page, errors, passkeys } = await visit()
  const email = await signUp(page)
  await addPasskey(page, 'Laptop')
  expect(await passkeys()).toMatchObject([
    { isResidentCredential: true, rpId: 'localhost', userName: email },
  ])
  await signOut(page)

  // Without a click: the simulated authenticator picks the passkey that the field offers.
  await page.goto(`${origin}/sign-in?next=%2Fpasskeys`)
  await page.waitForURL(`${origin}/passkeys`)

  await page.getByRole('button', { name: 'Remove Laptop' }).click()
  await page.getByText('You have no passkey yet.').waitFor()
  await expect.poll(passkeys).toEqual([])
  expect(errors).toEqual([])
})

it('Chromium signs in with the button, and forgets a passkey that the site does not have', async () => {
  const { page, errors, passkeys } = await visit()
  await page.addInitScript(
    'PublicKeyCredential.isConditionalMediationAvailable = async () => false',
  )
  const email = await signUp(page)
  await addPasskey(page, 'Laptop')
  await signOut(page)
  const button = page.getByRole('button', { name: 'Sign in with a passkey' })
  await page.goto(`${origin}/sign-in`)
  await button.click()
  await page.getByText(email).waitFor()
  expect(errors).toEqual([])

  await signOut(page)
  const [passkey] = await passkeys()
  const account = await site.accounts.findByEmail(email)
  const id = Buffer.from(passkey?.credentialId ?? '', 'base64').toString('base64url')
  expect(await site.passkeys.remove(account?.userId ?? '', id)).toBe(true)
  await page.goto(`${origin}/sign-in`)
  await button.click()
  await page.getByText('This passkey was removed.').waitFor()
  await expect.poll(passkeys).toEqual([])
})

it('a page on another host gets no response of the passkey', async () => {
  const { page, passkeys } = await visit()
  await page.addInitScript(
    'PublicKeyCredential.isConditionalMediationAvailable = async () => false',
  )
  await signUp(page)
  await addPasskey(page, 'Laptop')
  await page.goto(`${origin.replace('localhost', 'evil.localhost')}/sign-in`)
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByText('The RP ID "localhost" is invalid for this domain').waitFor()
  expect((await passkeys())[0]?.signCount).toBe(1)
})

it('Chromium adds no passkey without the verification of its user', async () => {
  const { page, cdp, authenticatorId, passkeys } = await visit()
  await signUp(page)
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
  await page.goto(`${origin}/passkeys`)
  await Promise.all([
    page.waitForResponse(`${origin}/passkeys/options`),
    page.getByRole('button', { name: 'Add a passkey' }).click(),
  ])
  await page.waitForTimeout(1000)
  expect(page.url()).toBe(`${origin}/passkeys`)
  expect(await passkeys()).toEqual([])
})

it('Chromium shows the QR code, and signs in with a code of an authenticator app', async () => {
  const { page, errors } = await visit()
  const email = await signUp(page)
  await page.goto(`${origin}/two-step`)
  const box = await page.locator('svg').boundingBox()
  expect(box?.width).toBeGreaterThan(200)
  const secret = await page.locator('input[name=secret]').inputValue()
  const code = (steps: number) =>
    TOTP.generate({
      secret: Secret.fromBase32(secret),
      timestamp: Date.now() + steps * 30_000,
    })
  await page.getByLabel('Code of your').fill(code(0))
  await page.getByRole('button', { name: 'Turn on' }).click()
  expect(await page.locator('li code').count()).toBe(10)
  await page.getByRole('link', { name: 'I have stored them' }).click()
  await page.getByRole('button', { name: 'Sign out' }).click()

  await page.goto(`${origin}/sign-in?next=%2Ftwo-step`)
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Passphrase').fill('correct horse battery')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByLabel('Code of your').fill(code(1))
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('You have 10 recovery codes left.').waitFor()
  expect(errors).toEqual([])
})
