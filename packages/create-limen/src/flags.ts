/** Reads the flags of the command. */
import { parseArgs } from 'node:util'
import {
  type Choices,
  EXTRAS,
  FRAMEWORKS,
  PROVIDERS,
  RUNTIMES,
  STORES,
  type Value,
  WAYS,
  named,
} from './choices.ts'
import { UsageError, unknownFlag } from './messages.ts'

/** What the command was called with. */
export interface Call {
  /** The folder to create. */
  readonly folder: string | undefined
  /** What the flags choose. */
  readonly chosen: Partial<Choices>
  readonly isHelp: boolean
  /** Whether to ask nothing: a flag chooses something, or says so. */
  readonly asksNothing: boolean
}

const text = { type: 'string' } as const
const list = { type: 'string', multiple: true } as const
const on = { type: 'boolean' } as const

/**
 * Reads the flags.
 *
 * @throws {UsageError} `UNKNOWN_FLAG` or `UNKNOWN_CHOICE`.
 */
export function readFlags(args: readonly string[]): Call {
  const { values, positionals } = parsed(args)
  const one = <Name extends string>(
    option: 'runtime' | 'store' | 'framework',
    all: readonly Value<Name>[],
  ) => {
    const value = values[option]
    return value !== undefined && { [option]: named(option, all, value) }
  }
  const some = <Name extends string>(
    option: 'sign-in' | 'with' | 'providers',
    all: readonly Value<Name>[],
  ) =>
    values[option]
      ?.flatMap((value) => value.split(','))
      .filter((name) => option !== 'with' || name !== 'none')
      .map((name) => named(option, all, name))
  const ways = some('sign-in', WAYS)
  const extras = some('with', EXTRAS)
  const providers = some('providers', PROVIDERS)
  const chosen: Partial<Choices> = {
    ...one('runtime', RUNTIMES),
    ...one('store', STORES),
    ...one('framework', FRAMEWORKS),
    ...(ways && { ways }),
    ...(extras && { extras }),
    ...(providers && { providers }),
  }
  return {
    folder: positionals[0],
    chosen,
    isHelp: values.help === true,
    asksNothing: values.yes === true || Object.keys(chosen).length > 0,
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        runtime: text,
        store: text,
        'sign-in': list,
        with: list,
        providers: list,
        framework: text,
        yes: { ...on, short: 'y' },
        help: { ...on, short: 'h' },
      },
    })
  } catch (error) {
    throw new UsageError('UNKNOWN_FLAG', unknownFlag((error as Error).message))
  }
}

/** The text of `--help`. */
export function help(): string {
  const names = (values: readonly Value[]) => values.map(({ name }) => name).join(', ')
  return `Creates an app with sign-in on Limen sessions.

  npm create limen [folder] -- [flags]

  --runtime    ${names(RUNTIMES)}
  --store      ${names(STORES)}
  --sign-in    ${names(WAYS)}: several with commas
  --with       ${names(EXTRAS)}, or "none": several with commas
  --providers  ${names(PROVIDERS)}: several with commas
  --framework  ${names(FRAMEWORKS)}
  --yes        asks nothing and takes the defaults

With a flag that chooses something, or without a terminal, nothing is asked: the defaults are taken.`
}
