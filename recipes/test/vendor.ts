/** `node test/vendor.ts` writes the browser part of SimpleWebAuthn into the app, because a Worker reads no files. */
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const target = fileURLToPath(new URL('../src/simplewebauthn-browser.ts', import.meta.url))

/** The module as it must be. */
export async function simpleWebAuthnModule(): Promise<string> {
  const folder = new URL('../node_modules/@simplewebauthn/browser/', import.meta.url)
  const script = await readFile(new URL('dist/bundle/index.umd.min.js', folder), 'utf8')
  return `/** \`@simplewebauthn/browser\` (MIT), as \`node test/vendor.ts\` copied it. */
// oxfmt-ignore
export const simpleWebAuthn = ${JSON.stringify(script)}
`
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await writeFile(target, await simpleWebAuthnModule())
