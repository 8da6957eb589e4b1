/** Accounts at the providers of the tests. Their login contains what the provider reports about them. */

/** An account. */
export interface TestAccount {
  readonly subject: string
  readonly email: string
  readonly isVerified: boolean
}

/** The login of an account. */
export function loginOf({ subject, email, isVerified }: TestAccount): string {
  return [subject, email, isVerified ? 'verified' : 'unverified'].join('~')
}

/** The account of a login. */
export function accountOf(login: string): TestAccount {
  const [subject = '', email = '', verified] = login.split('~')
  return { subject, email, isVerified: verified === 'verified' }
}
