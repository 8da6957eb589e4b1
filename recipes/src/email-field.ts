/** The field for an e-mail address. */
import { type Problems, field } from './page.ts'

/** The field. With `username webauthn`, the browser also offers passkeys in it. */
export function emailField(
  value: string | undefined,
  problems: Problems | undefined,
  autocomplete = 'username',
) {
  const email = { name: 'email', label: 'E-mail address', type: 'email' } as const
  return field({ ...email, autocomplete, value }, problems)
}
