/**
 * The add-on for `npx sv add @limen`: adds Limen to a SvelteKit project.
 *
 * @module
 */
import { createRequire } from 'node:module'
import { isKit3 as isKit3Range, resolveLibPrefix } from '@sveltejs/sv-utils'
import { type Addon, defineAddon } from 'sv'
import { addHook, addLocals } from './edits.ts'
import { authModule, demoActions, demoPage } from './files.ts'

// All packages of Limen have one version.
const { version } = createRequire(import.meta.url)('../package.json') as {
  readonly version: string
}

/** What the add-on asks, in the form of `sv`. */
export type Options = {
  demo: { readonly question: string; readonly type: 'boolean'; readonly default: boolean }
}

/**
 * Adds the module that creates `auth` over SQLite, the hook, the type of `locals.auth`, and a page for
 * signing up. It stops where there is such a module already, and changes no page that is there.
 */
const addon: Addon<Options, 'limen'> = defineAddon({
  id: 'limen',
  shortDescription: 'sessions',
  homepage: 'https://github.com/limen-auth/limen',
  options: {
    demo: {
      question: 'Do you want a page for signing up, at /demo/limen?',
      type: 'boolean',
      default: true,
    },
  },
  setup({ isKit, unsupported }) {
    if (!isKit) unsupported('Limen needs SvelteKit')
  },
  run({ cancel, dependencyVersion, directory, file, language, options: { demo }, sv }) {
    /** Creates a file, and returns whether it was not there. */
    const create = (path: string, code: string): boolean => {
      let isNew = true
      sv.file(path, (content) => {
        isNew = content === ''
        return isNew ? code : false
      })
      return isNew
    }
    const kit = dependencyVersion('@sveltejs/kit')
    const isKit3 = isKit3Range(kit)
    // SvelteKit 3 uses the imports of package.json, which need the whole name of a file.
    const lib = `${resolveLibPrefix(kit)}/server/auth${isKit3 ? `.${language}` : ''}`
    const path = `${directory.lib}/server/auth.${language}`
    if (!create(path, authModule(language))) return cancel(`${path} exists already`)

    sv.file(`src/hooks.server.${language}`, addHook(lib, language, isKit3))
    sv.file('src/app.d.ts', addLocals(lib))
    sv.file(file.gitignore, (content) => `${content.trimEnd()}\n\n# SQLite\n*.db*\n`)
    for (const name of ['core', 'sql', 'sveltekit'])
      sv.devDependency(`@limen/${name}`, `^${version}`)
    sv.devDependency('@types/node', '^24.0.0')
    if (!demo) return
    const page = `${directory.kitRoutes}/demo/limen/+page`
    create(`${page}.server.${language}`, demoActions(lib, language))
    create(`${page}.svelte`, demoPage(language))
  },
  nextSteps: ({ options: { demo } }) => [
    ...(demo ? ['Run the app and visit /demo/limen to sign up'] : []),
    'Decide how users prove who they are: https://github.com/limen-auth/limen/tree/main/recipes',
  ],
})

export default addon
