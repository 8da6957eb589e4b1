/** Checks the driver and the dialect that an app passes. */
import { checkClient, checkOption, shown } from '@limen/core/store-kit'
import { type SqlDialect, dialectNames } from './dialects/index.ts'
import type { SqlDriver } from './driver.ts'

/**
 * Checks the driver of a call.
 *
 * @param call The function's name, such as `sqlStore`.
 * @throws {AuthError} `AUTH_CONFIG` when it is not a driver: a raw client, for example.
 */
export function checkDriver(call: string, driver: SqlDriver): void {
  const wanted = 'a driver of @limen/sql, such as nodeSqlite(db), d1(env.DB) or pg(pool)'
  checkClient(call, wanted, driver, ['query', 'change', 'transaction', 'batch'])
  checkDialect(`${call}(): driver.dialect`, driver.dialect)
}

/**
 * Checks the name of a dialect.
 *
 * @param option The option's path.
 * @throws {AuthError} `AUTH_CONFIG` when there is none of that name.
 */
export function checkDialect(option: string, dialect: SqlDialect): void {
  const wanted = `one of ${dialectNames.join(', ')}`
  checkOption(dialectNames.includes(dialect), option, wanted, shown(dialect))
}
