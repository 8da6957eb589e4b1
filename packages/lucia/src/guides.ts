/**
 * Continues with sessions that an app wrote by one of the guides on Lucia's site, without signing
 * anyone out.
 *
 * @module
 */
export { luciaGuide } from './lucia-guide.ts'
export type { GuideSessionTable, LuciaGuideOptions } from './lucia-guide.ts'
export { guide2024, guide2025, guide2026, svAddOn } from './guide-formats.ts'
export type { GuideFormat } from './guide-formats.ts'
export type { IdRange } from './guide-statements.ts'
export type { OldToken } from './old-tokens.ts'
