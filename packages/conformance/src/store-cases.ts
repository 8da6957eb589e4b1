/** What every store must do: one case, one sentence. */
import { withPlainIds } from '@limen/core/store-kit'
import { attributeInputCases } from './attribute-input-cases.ts'
import { authCases } from './auth-cases.ts'
import { deviceCases } from './device-cases.ts'
import { idInputCases } from './id-input-cases.ts'
import { limitCases } from './limit-cases.ts'
import { replacementCases } from './replacement-cases.ts'
import { revocationCases } from './revocation-cases.ts'
import { routeCases } from './route-cases.ts'
import { sessionCases } from './session-cases.ts'
import type { StoreCase } from './store-case.ts'
import { userCases } from './user-cases.ts'

/** The cases, for any test runner to loop over. Each needs an empty store. */
export const storeCases: readonly StoreCase[] = [
  ...[...sessionCases, ...replacementCases, ...limitCases, ...revocationCases, ...userCases].map(
    ({ run, ...rest }): StoreCase => ({
      ...rest,
      run: (store) => run(withPlainIds(store)),
    }),
  ),
  ...routeCases,
  ...authCases,
  ...deviceCases,
  ...idInputCases,
  ...attributeInputCases,
]
