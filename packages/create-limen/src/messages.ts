/** Every message for a wrong call, one for each rule. */

/** Why a project was not created. */
export type UsageErrorCode =
  | 'FOLDER_NOT_EMPTY'
  | 'INVALID_NAME'
  | 'NEEDS_FIRST_FACTOR'
  | 'NEEDS_OTHER'
  | 'PROVIDERS_WITHOUT_OAUTH'
  | 'STORE_OF_OTHER_RUNTIME'
  | 'UNKNOWN_CHOICE'
  | 'UNKNOWN_FLAG'

/** Thrown when the call must be changed. Nothing has been written. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly code: UsageErrorCode

  constructor(code: UsageErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/** `FOLDER_NOT_EMPTY` */
export function folderNotEmpty(folder: string): string {
  return `The folder "${folder}" is not empty. Give the name of a new folder, such as "npm create limen my-app".`
}

/** `INVALID_NAME` */
export function invalidName(name: string): string {
  return `The last part of the folder names the package, so it must be lower-case letters, digits and "-", such as "my-app" (got "${name}").`
}

/** `NEEDS_FIRST_FACTOR` */
export function needsFirstFactor(ways: readonly string[], first: readonly string[]): string {
  const got = ways.length > 0 ? ways.join(',') : 'none'
  return `--sign-in needs at least one of ${first.join(', ')}: the others are added to an account that exists (got "${got}").`
}

/** `NEEDS_OTHER` */
export function needsOther(name: string, other: string, option: string): string {
  return `"${name}" needs "${other}" in ${option}.`
}

/** `PROVIDERS_WITHOUT_OAUTH` */
export function providersWithoutOauth(): string {
  return '--providers needs "oauth" in --sign-in.'
}

/** `STORE_OF_OTHER_RUNTIME` */
export function storeOfOtherRuntime(
  store: string,
  runtime: string,
  stores: readonly string[],
): string {
  return `--store must be ${stores.join(' or ')} with --runtime ${runtime} (got "${store}").`
}

/** `UNKNOWN_CHOICE` */
export function unknownChoice(option: string, given: string, names: readonly string[]): string {
  return `--${option} must be ${names.length > 1 ? 'of ' : ''}${names.join(', ')} (got "${given}").`
}

/** `UNKNOWN_FLAG` */
export function unknownFlag(problem: string): string {
  return `${problem}\nnpm create limen -- --help shows all flags.`
}
