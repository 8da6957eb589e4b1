#!/usr/bin/env node
/** `npx @limen/lucia-codemod [folder] [--dry]` */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { rewriteProject } from './rewrite-project.ts'

const HELP = `Rewrites an app for Lucia v2 or v3 to Limen.

  lucia-codemod [folder] [--dry]

  folder   the folder of the app; default: this one
  --dry    change no file

Commit your work before: files are changed in place. Afterwards, search for TODO(limen).
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { dry: { type: 'boolean' }, help: { type: 'boolean' } },
})
if (values.help) {
  console.log(HELP)
} else {
  const folder = resolve(positionals[0] ?? '.')
  const isTerminal = process.stderr.isTTY
  const onProgress = (line: string) => {
    // One line that changes on a terminal; in a log, the steps without each file.
    if (isTerminal) process.stderr.write(`\r\x1b[K${line}`)
    else if (!line.startsWith('Rewriting')) process.stderr.write(`${line}\n`)
  }
  const { changed, authObjects, files } = await rewriteProject({
    folder,
    dry: values.dry ?? false,
    onProgress,
  }).catch((error: Error) => {
    console.error(`\n${error.message}`)
    process.exit(1)
  })
  if (isTerminal) process.stderr.write('\r\x1b[K')
  for (const { path, marks } of changed) {
    console.log(marks > 0 ? `${path} (${marks} TODO)` : path)
  }
  const marks = changed.reduce((sum, one) => sum + one.marks, 0)
  const verb = values.dry ? 'would change' : 'changed'
  console.log(
    authObjects === 0 && changed.length === 0
      ? `No auth object of Lucia was found in ${files} files.`
      : `${files} files read, ${changed.length} ${verb}, ${marks} comments TODO(limen).`,
  )
}
