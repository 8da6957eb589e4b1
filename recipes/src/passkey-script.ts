/** The script of the pages for passkeys: SimpleWebAuthn, and what these pages do with it. */
import { simpleWebAuthn } from './simplewebauthn-browser.ts'

const pages = `
const { browserSupportsWebAuthn, browserSupportsWebAuthnAutofill, sendSignal, startAuthentication, startRegistration } =
  SimpleWebAuthnBrowser

/** Runs a ceremony and submits its response with the form. */
async function run(form, optionsPath, ceremony) {
  try {
    const response = await fetch(optionsPath, { method: 'POST' })
    if (!response.ok) throw new Error(response.status === 429 ? (await response.json()).error : 'Load the page again.')
    form.elements.response.value = JSON.stringify(await ceremony(await response.json()))
    form.submit()
  } catch (error) {
    // The visitor cancelled, or started another ceremony.
    if (error.name === 'AbortError' || error.name === 'NotAllowedError') return
    document.querySelector('#passkey-problem').textContent = error.message
  }
}

/** The browser hides passkeys that the site does not have. Many browsers cannot, and throw. */
async function signal(options) {
  try {
    await sendSignal(options)
  } catch {}
}

const signIn = document.querySelector('#passkey-sign-in')
if (signIn && browserSupportsWebAuthn()) {
  signIn.hidden = false
  signIn.addEventListener('submit', (event) => {
    event.preventDefault()
    void run(signIn, '/passkey/options', (optionsJSON) => startAuthentication({ optionsJSON }))
  })
  const { unknown } = signIn.dataset
  if (unknown) void signal({ signalName: 'unknownCredential', rpID: location.hostname, credentialID: unknown })
  const hasField = document.querySelector('input[autocomplete~=webauthn]')
  void browserSupportsWebAuthnAutofill().then((isSupported) => {
    const autofill = (optionsJSON) => startAuthentication({ optionsJSON, useBrowserAutofill: true })
    if (isSupported && hasField) return run(signIn, '/passkey/options', autofill)
  })
}

const add = document.querySelector('#passkey-add')
if (add && browserSupportsWebAuthn()) {
  add.hidden = false
  add.addEventListener('submit', (event) => {
    event.preventDefault()
    void run(add, '/passkeys/options', (optionsJSON) => startRegistration({ optionsJSON }))
  })
  const { rp, user, ids } = document.querySelector('#passkeys').dataset
  const allAcceptedCredentialIDs = ids.split(' ').filter(Boolean)
  void signal({ signalName: 'allAcceptedCredentials', rpID: rp, userID: user, allAcceptedCredentialIDs })
}
`

/** The whole script. */
export const passkeyScript = `${simpleWebAuthn}{${pages}}\n`
