/** Checks the workflows: by the language service of GitHub Actions, and that each action is pinned. */
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { validate as Validate } from '@actions/languageservice'
import { TextDocument } from 'vscode-languageserver-textdocument'

const folder = fileURLToPath(new URL('../.github/workflows/', import.meta.url))

// Node rejects the package's JSON imports, which have no import attribute: bundle them.
const bundle = fileURLToPath(new URL('../node_modules/.cache/workflows.mjs', import.meta.url))
await build({
  stdin: { contents: `export { validate } from '@actions/languageservice'`, resolveDir: folder },
  bundle: true,
  format: 'esm',
  platform: 'node',
  banner: { js: `import { createRequire } from 'node:module'; const require = createRequire('/')` },
  outfile: bundle,
})
const { validate } = (await import(bundle)) as { validate: typeof Validate }

for (const name of readdirSync(folder)) {
  const text = readFileSync(folder + name, 'utf8')
  const uri = `file:///.github/workflows/${name}`
  const problems = (await validate(TextDocument.create(uri, 'yaml', 0, text))).map(
    ({ message, range }) =>
      `${range.start.line + 1}: ${typeof message === 'string' ? message : message.value}`,
  )
  for (const [index, line] of text.split('\n').entries()) {
    const used = /^[\s-]*uses: (.*)/.exec(line)?.[1]
    if (used && !/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(used)) {
      problems.push(
        `${index + 1}: pin the action as owner/name@<commit SHA> # v1.2.3 (got ${used})`,
      )
    }
  }
  for (const problem of problems) console.error(`.github/workflows/${name}:${problem}`)
  if (problems.length > 0) process.exitCode = 1
}
