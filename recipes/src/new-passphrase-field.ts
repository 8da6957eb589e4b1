/** The field for a new passphrase. */
import { type Problems, field } from './page.ts'

const NEW_PASSPHRASE = {
  name: 'passphrase',
  type: 'password',
  autocomplete: 'new-password',
  hint: 'At least 8 characters. Several words are better than one.',
} as const

/** The field. */
export function newPassphraseField(label: string, problems: Problems | undefined) {
  return field({ label, ...NEW_PASSPHRASE }, problems)
}
