/** Asks for the choices in the terminal. */
import { cancel, intro, isCancel, log, multiselect, select, text } from '@clack/prompts'
import {
  type Choices,
  DEFAULT_EXTRAS,
  DEFAULT_PROVIDERS,
  DEFAULT_WAYS,
  EXTRAS,
  PROVIDERS,
  RUNTIMES,
  type Runtime,
  type Value,
  WAYS,
  completed,
  requireFirstFactor,
  requireNeeds,
  storesOf,
} from './choices.ts'
import { UsageError } from './messages.ts'

/** What was answered. */
export interface Answers {
  readonly folder: string
  readonly choices: Choices
}

/**
 * Asks for what the call does not say.
 *
 * @returns The answers, or `null` if the user cancelled.
 */
export async function ask(
  folder: string | undefined,
  defaults: { readonly folder: string; readonly runtime: Runtime },
): Promise<Answers | null> {
  intro('Create an app with sign-in on Limen sessions')
  try {
    const path = folder ?? (await askFolder(defaults.folder))
    const runtime = await askOne('Where does it run?', RUNTIMES, defaults.runtime)
    const stores = storesOf(runtime)
    const store =
      stores.length > 1 ? await askOne('Which database?', stores, stores[0]!.name) : stores[0]!.name
    const ways = await repeated(async () => {
      const some = await askSome('How do users sign in?', WAYS, DEFAULT_WAYS, true)
      requireFirstFactor(some)
      return some
    })
    const providers = ways.includes('oauth')
      ? await askSome('At which providers?', PROVIDERS, DEFAULT_PROVIDERS, true)
      : undefined
    const extras = await repeated(async () => {
      const some = await askSome('What else does it have?', EXTRAS, DEFAULT_EXTRAS, false)
      requireNeeds(some, ways)
      return some
    })
    const chosen = { runtime, store, ways, extras, ...(providers && { providers }) }
    return { folder: path, choices: completed(chosen, runtime) }
  } catch (error) {
    if (error !== CANCELLED) throw error
    cancel('Nothing was written.')
    return null
  }
}

const CANCELLED = new Error('cancelled')

function answered<Answer>(answer: Answer): Exclude<Answer, symbol> {
  if (isCancel(answer)) throw CANCELLED
  return answer as Exclude<Answer, symbol>
}

/** Asks again until the answer can be used. */
async function repeated<Answer>(question: () => Promise<Answer>): Promise<Answer> {
  try {
    return await question()
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    log.error(error.message)
    return repeated(question)
  }
}

async function askFolder(initial: string): Promise<string> {
  return answered(
    await text({ message: 'In which folder?', defaultValue: initial, placeholder: initial }),
  )
}

async function askOne<Name extends string>(
  message: string,
  values: readonly Value<Name>[],
  initial: Name,
): Promise<Name> {
  const options = values.map(({ name, label, hint = '' }) => ({
    value: name as string,
    label,
    hint,
  }))
  return answered(await select({ message, options, initialValue: initial as string })) as Name
}

async function askSome<Name extends string>(
  message: string,
  values: readonly Value<Name>[],
  initial: readonly Name[],
  required: boolean,
): Promise<readonly Name[]> {
  const options = values.map(({ name, label, hint = '' }) => ({
    value: name as string,
    label,
    hint,
  }))
  const initialValues: string[] = [...initial]
  return answered(await multiselect({ message, options, initialValues, required })) as Name[]
}
