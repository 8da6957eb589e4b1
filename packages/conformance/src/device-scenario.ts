/** The steps of a scenario with device-bound sessions: plain JSON, which any server's test can run. */

/** Where a challenge comes from. A text is signed as it is. */
export type ChallengeSource =
  /** The registration offer of the session's sign-in. */
  | { readonly from: 'offer'; readonly session?: string; readonly isForged?: boolean }
  /** The last `Secure-Session-Challenge` for the session. */
  | { readonly from: 'last'; readonly session?: string; readonly isForged?: boolean }
  /** The value of the session's proof cookie. */
  | { readonly from: 'proof'; readonly session?: string; readonly isForged?: boolean }
  | { readonly text: string }

/** A proof, and what is wrong with it. */
export interface ProofStep {
  /** The key that signs. It is created when it is first named; `rsa` is an RSA key of 2048 bits. */
  readonly key: string
  /** What is signed. Default: the offer to register, the last challenge to refresh. */
  readonly challenge?: ChallengeSource
  /** Merged over the JWT's header; `null` removes a member. */
  readonly header?: Readonly<Record<string, unknown>>
  /** Merged over the `jwk` of the JWT's header; `null` removes a member. */
  readonly jwk?: Readonly<Record<string, unknown>>
  /** Merged over the JWT's payload; `null` removes a member. */
  readonly payload?: Readonly<Record<string, unknown>>
  /** Takes the place of the signature. */
  readonly signature?: string
  /** Takes the place of the whole proof. `null`: no proof is sent. */
  readonly whole?: string | null
  /** Sends the last proof of the session again. */
  readonly isRepeated?: boolean
}

/** A request to the path of the device sessions. */
export interface DeviceRequestStep extends ProofStep {
  /** `register` sends no session id in its header; `refresh` does. */
  readonly step: 'register' | 'refresh'
  /** The name of the session. */
  readonly session: string
  /** The sessions whose cookies the request carries. Default: none. */
  readonly cookies?: readonly string[]
  /** Takes the place of the header `Sec-Secure-Session-Id`. */
  readonly id?: string
  /** The status of the answer. */
  readonly status: 200 | 400 | 401 | 403 | 503
  /** Why it is refused, in the words of Limen's event `device-refused`. */
  readonly reason?: string
}

/** A request to a page that needs the session. */
export interface VisitStep {
  /** The kind of the step. */
  readonly step: 'visit'
  /** The name of the session. */
  readonly session: string
  /** The proof cookies that it carries. Default: none. */
  readonly proofs?: readonly ChallengeSource[]
  /** Whether the session is found. */
  readonly isSignedIn: boolean
}

/** One step. */
export type DeviceStep =
  /** A new session, with a new offer to register. */
  | { readonly step: 'sign-in'; readonly session: string }
  | DeviceRequestStep
  | VisitStep
  | { readonly step: 'wait'; readonly seconds: number }
  | { readonly step: 'revoke'; readonly session: string }
  | { readonly step: 'store'; readonly isDown: boolean }

/** A scenario: its steps are run in order. */
export interface DeviceScenario {
  /** What it shows. */
  readonly name: string
  /** Its steps. */
  readonly steps: readonly DeviceStep[]
}
