/** What an app says of itself. */
import type { Watched } from './environment.ts'
import type { Command } from './start.ts'
import type { Sent } from './visit.ts'

/** An app under test, and how it differs from the others. */
export interface App {
  /** The framework with its version. */
  readonly name: string
  /** The folder of the app: `import.meta.dirname`. */
  readonly folder: string
  /** Starts it in development. */
  readonly dev: Command
  /** Builds it for production, once. */
  readonly build?: Command
  /** Starts what was built. */
  readonly production: Command
  /** More environment variables. */
  readonly env?: Readonly<Record<string, string>>
  /** Cases that only this framework has, such as its own caches. */
  readonly ownCases?: readonly Case[]
  /** Cases that the framework cannot have, each with the reason. */
  readonly leftOut?: Readonly<Partial<Record<CaseName, string>>>
  /** The same, for one of the modes. */
  readonly leftOutIn?: Readonly<
    Partial<Record<'development' | 'production', Readonly<Partial<Record<CaseName, string>>>>>
  >
  /** Paths that differ from those in the README. */
  readonly paths?: Readonly<Record<string, string>>
  /** The framework's data request. Default: `GET /data`. */
  readonly data?: Sent & { readonly path: string }
  /** Routes that read the store more than once, and how often. Default: once. */
  readonly reads?: Readonly<Record<string, number>>
  /**
   * Routes and forms whose `Cache-Control` the framework sets itself. `no-store` is then enough, without
   * `private` and `Vary: Cookie`.
   */
  readonly ownNoStore?: readonly string[]
  /**
   * What `/late` can still do. `sent`: the headers have left, so nothing is renewed (default). `private`:
   * the session was validated before, so the page is private and renews.
   */
  readonly late?: 'sent' | 'private'
}

/** The names of the cases, for `leftOut`. */
export type CaseName =
  | 'sign-up'
  | 'anonymous'
  | 'page'
  | 'head'
  | 'public'
  | 'twice'
  | 'redirect'
  | 'stream'
  | 'late'
  | 'error'
  | 'missing'
  | 'not-modified'
  | 'own'
  | 'own-anonymous'
  | 'static'
  | 'cached'
  | 'data'
  | 'sign-out'
  | 'cross-site-form'
  | 'cross-site-fetch'

/** A running app, for a case. */
export interface World extends Pick<Watched, 'makeIdle' | 'calls'> {
  readonly app: App
  readonly port: number
}

/** One thing that an app must do. */
export interface Case {
  readonly name: string
  readonly run: (world: World) => Promise<unknown>
}
