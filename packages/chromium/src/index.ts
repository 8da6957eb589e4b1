/** Finds a real Chromium: the one in CHROMIUM_PATH, or the one from npm. */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const VERSION = '153.0.0'

const cache = fileURLToPath(new URL('../../../node_modules/.cache/chromium/', import.meta.url))

/** Playwright's options to launch it. */
export interface ChromiumLaunch {
  readonly executablePath: string
  readonly env: Readonly<Record<string, string>>
}

/** The path of Chromium, which is unpacked at the first call, and the environment that it needs. */
export async function findChromium(): Promise<ChromiumLaunch> {
  const given = process.env['CHROMIUM_PATH']
  if (given) return { executablePath: given, env: {} }
  const folder = join(cache, VERSION)
  if (!existsSync(folder)) await unpack(folder)
  return {
    executablePath: join(folder, 'chromium'),
    env: { LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'), FONTCONFIG_PATH: join(folder, 'fonts') },
  }
}

/** Unpacks into a temporary folder and renames it, so that an interrupted run leaves no incomplete folder. */
async function unpack(folder: string): Promise<void> {
  await mkdir(cache, { recursive: true })
  const staging = await mkdtemp(join(cache, 'tmp-'))
  const temporary = process.env['TMPDIR']
  // The package unpacks into the system's temporary folder, which TMPDIR sets.
  process.env['TMPDIR'] = staging
  try {
    const { default: chromium, inflate } = await import('@sparticuz/chromium')
    await chromium.executablePath()
    const main = createRequire(import.meta.url).resolve('@sparticuz/chromium')
    await inflate(join(dirname(main), '..', 'bin', 'al2023.tar.br'))
    await writeFile(join(staging, 'fonts', 'fonts.conf'), fontsIn(join(folder, 'fonts')))
    await rename(staging, folder)
  } catch (error) {
    await rm(staging, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  } finally {
    if (temporary === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = temporary
  }
}

/** A fontconfig file for this folder: the package's own has other paths, and Chromium crashes without a font. */
function fontsIn(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${folder}</dir>
  <cachedir>${folder}/cache</cachedir>
</fontconfig>
`
}
