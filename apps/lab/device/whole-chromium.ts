/** A whole Chromium, with software keys for device-bound sessions: the headless shell has none. */
import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, chromium } from 'playwright-core'
import { type Tls, chromiumOptions } from '../test/browser.ts'

const PATHS = ['/usr/bin/chromium', '/usr/bin/google-chrome']

/** The path of a whole Chromium, of Debian or in CHROMIUM_PATH; `undefined` where there is none. */
export function wholeChromium(): string | undefined {
  return process.env['CHROMIUM_PATH'] ?? PATHS.find((path) => existsSync(path))
}

/** `quota`: Chromium's limit of 6 signatures in 9 minutes stays. `none`: no device-bound sessions. */
export type Support = 'full' | 'quota' | 'none'

/** How it is launched. */
export interface WholeChromiumOptions {
  readonly tls: Tls
  /** Chromium's rules to resolve hosts, such as `MAP *.test 127.0.0.1`. */
  readonly rules: readonly string[]
  /** Default `full`. */
  readonly support?: Support | undefined
}

const SOFTWARE_KEYS = 'EnableBoundSessionCredentialsSoftwareKeysForManualTesting'

const FEATURES = {
  full: [`--enable-features=DeviceBoundSessions:RefreshQuota/false,${SOFTWARE_KEYS}`],
  quota: [`--enable-features=DeviceBoundSessions,${SOFTWARE_KEYS}`],
  none: ['--disable-features=DeviceBoundSessions'],
}

async function optionsOf({ tls, rules, support = 'full' }: WholeChromiumOptions) {
  const { args = [], env } = await chromiumOptions(tls, rules)
  return { executablePath: wholeChromium()!, env: env!, args: [...args, ...FEATURES[support]] }
}

/** Launches it. */
export async function launchWholeChromium(options: WholeChromiumOptions): Promise<Browser> {
  return chromium.launch(await optionsOf(options))
}

/** Launches it with a profile on disk, which a later launch can open again. */
export async function launchProfile(
  folder: string,
  options: WholeChromiumOptions,
): Promise<BrowserContext> {
  return chromium.launchPersistentContext(folder, await optionsOf(options))
}
