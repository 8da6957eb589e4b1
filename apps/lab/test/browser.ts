/** Launches Chromium with a certificate that it trusts, for hosts that resolve to this machine. */
import { X509Certificate, createHash } from 'node:crypto'
import type { LaunchOptions } from 'playwright-core'
import { generate } from 'selfsigned'
import { findChromium } from '@limen/chromium'

/** A key and its certificate. */
export interface Tls {
  readonly key: string
  readonly cert: string
}

/** A certificate for the given hosts. */
export async function certificateFor(hosts: readonly string[]): Promise<Tls> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'limen.test' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: hosts.map((value) => ({ type: 2, value })) }],
  })
  return { key, cert }
}

/**
 * The options for Playwright's Chromium.
 *
 * @param rules Chromium's rules to resolve hosts, such as `MAP *.test 127.0.0.1`.
 */
export async function chromiumOptions(
  { cert }: Tls,
  rules: readonly string[],
): Promise<LaunchOptions> {
  const { executablePath, env } = await findChromium()
  const publicKey = new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' })
  return {
    executablePath,
    env: { ...(process.env as Record<string, string>), ...env },
    args: [
      '--no-sandbox',
      `--host-resolver-rules=${rules.join(',')}`,
      `--ignore-certificate-errors-spki-list=${createHash('sha256').update(publicKey).digest('base64')}`,
    ],
  }
}
