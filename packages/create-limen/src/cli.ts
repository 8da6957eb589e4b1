#!/usr/bin/env node
/** The command `npm create limen`. */
import { randomBytes } from 'node:crypto'
import { basename, resolve } from 'node:path'
import { ask } from './ask.ts'
import { completed } from './choices.ts'
import { help, readFlags } from './flags.ts'
import { UsageError, invalidName } from './messages.ts'
import { packageManagerOf } from './package-manager.ts'
import { projectOf } from './project.ts'
import { TEMPLATES, readTemplates } from './templates.ts'
import { requireEmpty, writeProject } from './write.ts'

const DEFAULT_FOLDER = 'my-app'
const NAME = /^[a-z\d][a-z\d-]{0,62}$/

async function main(): Promise<void> {
  const call = readFlags(process.argv.slice(2))
  if (call.isHelp) return console.log(help())
  const packageManager = packageManagerOf(process.env['npm_config_user_agent'])
  const runtime = packageManager.name === 'deno' ? 'deno' : 'workers'
  if (call.folder !== undefined) await requireEmpty(call.folder)

  const isAsked = !call.asksNothing && process.stdin.isTTY && process.stdout.isTTY
  const answers = isAsked
    ? await ask(call.folder, { folder: DEFAULT_FOLDER, runtime })
    : { folder: call.folder ?? DEFAULT_FOLDER, choices: completed(call.chosen, runtime) }
  if (!answers) return

  const { folder, choices } = answers
  const name = basename(resolve(folder))
  if (!NAME.test(name)) throw new UsageError('INVALID_NAME', invalidName(name))
  const templates = await readTemplates(TEMPLATES)
  const newKey = () => randomBytes(32).toString('base64')
  const files = projectOf({ name, choices, packageManager, templates, newKey })
  await writeProject(folder, files)

  const steps = [
    ...(resolve(folder) === process.cwd() ? [] : [`cd ${folder}`]),
    packageManager.install,
    packageManager.run('dev'),
  ]
  console.log(`Created ${name}, ${files.size} files. Now:\n\n  ${steps.join('\n  ')}\n`)
}

try {
  await main()
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
