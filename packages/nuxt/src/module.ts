/**
 * The Nuxt module: `modules: ['@limen/nuxt']`.
 *
 * @module
 */
import { dirname } from 'node:path'
import {
  addImports,
  addServerHandler,
  addServerImports,
  addServerPlugin,
  addTemplate,
  createResolver,
  defineNuxtModule,
  findPath,
} from 'nuxt/kit'
import type { NuxtModule } from 'nuxt/schema'
import { authFileMissing } from './messages.ts'

/** Options of the module, as `limen` in `nuxt.config.ts`. */
export interface ModuleOptions {
  /**
   * The path of the file that exports `auth`, what `limen()` returned, without its extension. Default:
   * `server/utils/auth`.
   */
  readonly auth?: string
}

const ROUTE = '/api/_limen/session'

/** The module, for `modules` in `nuxt.config.ts`. */
const module: NuxtModule<ModuleOptions> = defineNuxtModule<ModuleOptions>({
  meta: { name: '@limen/nuxt', configKey: 'limen', compatibility: { nuxt: '>=4.0.0' } },
  async setup(options, nuxt) {
    const resolver = createResolver(import.meta.url)
    const path = options.auth ?? `${nuxt.options.serverDir}/utils/auth`
    const file = await findPath(path)
    if (!file) throw new Error(authFileMissing(path))
    const auth = JSON.stringify(file.replace(/\.\w+$/, ''))

    // Production builds compile no TypeScript there. The types are of the app's own `auth`.
    const write = (filename: string, code: string) =>
      addTemplate({ filename: `limen/${filename}`, write: true, getContents: () => code }).dst
    const server = write('server.js', serverCode(auth))
    write('server.d.ts', serverTypes(auth))
    const handler = write('session.js', sessionCode(auth))
    const app = write('app.js', APP_CODE)
    write('app.d.ts', appTypes(auth))

    // In development Nitro would leave them to Node, which cannot import the app's TypeScript.
    nuxt.options.build.transpile.push(dirname(server))

    addServerPlugin(resolver.resolve('./nitro-plugin'))
    addServerImports(
      ['useAuth', 'requireSession', 'requireOrigin'].map((name) => ({ name, from: server })),
    )
    addServerHandler({ route: ROUTE, method: 'get', handler })
    addImports({ name: 'useSession', from: app })
  },
})

export default module

function serverCode(auth: string): string {
  return `import * as limen from '@limen/nuxt/server'
import { auth } from ${auth}

export const useAuth = (event) => limen.getAuth(auth, event)
export const requireSession = (event) => limen.requireSession(auth, event)
export const requireOrigin = (event) => limen.requireOrigin(auth, event)
`
}

function serverTypes(auth: string): string {
  return `import type { InferAuthRequest, InferSession } from '@limen/core'
import type { H3Event } from '@limen/nuxt/server'
import type { auth } from ${auth}

/** Returns the AuthRequest of an event. */
export declare const useAuth: (event: H3Event) => InferAuthRequest<typeof auth>

/** Returns the session of an event, or throws: 403 for an untrusted request, 401 without a session. */
export declare const requireSession: (event: H3Event) => Promise<InferSession<typeof auth>>

/** Throws 403 for an untrusted request. */
export declare const requireOrigin: (event: H3Event) => void
`
}

function sessionCode(auth: string): string {
  return `import { sessionHandler } from '@limen/nuxt/server'
import { auth } from ${auth}

export default sessionHandler(auth)
`
}

const APP_CODE = `import { useFetch } from '#imports'

export const useSession = () =>
  useFetch('${ROUTE}', {
    key: 'limen:session',
    default: () => null,
    transform: ({ session }) => session,
  })
`

function appTypes(auth: string): string {
  return `import type { InferSession } from '@limen/core'
import type { Serialize } from 'nitropack/types'
import type { AsyncData, NuxtError } from 'nuxt/app'
import type { auth } from ${auth}

/** The session of the visitor, as \`data\`: what \`useFetch()\` returns. Dates are texts. */
export declare const useSession: () => AsyncData<
  Serialize<InferSession<typeof auth>> | null,
  NuxtError | undefined
>
`
}
