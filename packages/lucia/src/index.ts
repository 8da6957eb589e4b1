/**
 * Leave Lucia v2 or v3 for Limen without signing anyone out.
 *
 * @module
 */
export { luciaV2 } from './lucia-v2.ts'
export { luciaV3 } from './lucia-v3.ts'
export type { LuciaCalls } from './after-upgrade.ts'
export type { AfterUpgrade, BeforeUpgrade, LuciaConfig } from './lucia.ts'
export type {
  LuciaKeyTable,
  LuciaOptions,
  LuciaSessionTable,
  LuciaV2Options,
  LuciaV2SessionTable,
  LuciaV3Options,
  LuciaV3SessionTable,
} from './options.ts'
export { luciaLayout } from './tables.ts'
export type { LuciaLayoutOptions, LuciaPeriods } from './tables.ts'
export type { TimeType } from './time-types.ts'
