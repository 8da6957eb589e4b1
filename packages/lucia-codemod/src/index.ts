/**
 * Rewrites code for Lucia v2 or v3 to code for Limen.
 *
 * @module
 */
export { rewriteProject } from './rewrite-project.ts'
export type { ChangedFile, RewriteOptions, RewriteResult } from './rewrite-project.ts'
