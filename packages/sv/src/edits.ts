/** How the add-on changes files that can be there already. */
import { transforms } from '@sveltejs/sv-utils'
import type { Language } from './files.ts'

/** Changes the text of a file. */
export type Edit = (content: string) => string

/** Adds the hook, in `sequence()` with one that is there. */
export function addHook(lib: string, language: Language, isKit3: boolean): Edit {
  return transforms.script(({ ast, comments, js }) => {
    js.imports.addNamed(ast, { from: '@limen/sveltekit', imports: ['authenticate'] })
    js.imports.addNamed(ast, { from: lib, imports: ['auth'] })
    js.kit.addHooksHandle(ast, {
      language,
      newHandleName: 'handleAuth',
      // It also refuses requests of other servers, such as webhooks: the option takes a function.
      handleContent: 'authenticate(auth, { requireOrigin: true })',
      comments,
    })
    if (!isKit3 || language === 'js') return
    // The type has moved in SvelteKit 3, which addHooksHandle() does not know.
    const moved = ast.body.filter((node) => {
      if (node.type !== 'ImportDeclaration' || node.source.value !== '@sveltejs/kit') return true
      node.specifiers = node.specifiers.filter(({ local }) => local.name !== 'Handle')
      return node.specifiers.length > 0
    })
    ast.body = moved
    js.imports.addNamed(ast, { from: '@sveltejs/kit/hooks', imports: ['Handle'], isType: true })
  })
}

/** Adds the type of `locals.auth`. */
export function addLocals(lib: string): Edit {
  return transforms.script(({ ast, comments, js }) => {
    js.imports.addNamed(ast, { from: '@limen/core', imports: ['InferAuthRequest'], isType: true })
    js.imports.addNamed(ast, { from: lib, imports: ['auth'], isType: true })
    const locals = js.kit.addGlobalAppInterface(ast as never, { name: 'Locals' })
    comments.remove(({ type, value }) => type === 'Line' && value.trim() === 'interface Locals {}')
    const { body } = locals.body
    if (body.some((member) => js.common.hasTypeProperty(member, { name: 'auth' }))) return
    body.push(js.common.createTypeProperty('auth', 'InferAuthRequest<typeof auth>', false))
  })
}
