/** Runs the scenarios with device-bound sessions against a server. */
import { type DeviceKey, createDeviceKey, signProof } from './device-key.ts'
import { equal } from './expect.ts'
import type {
  ChallengeSource,
  DeviceRequestStep,
  DeviceScenario,
  VisitStep,
} from './device-scenario.ts'

/** A session that the server created, as its response showed it. */
export interface SignedIn {
  /** The id of the session. */
  readonly id: string
  /** The session cookie: `name=value`. */
  readonly cookie: string
  /** The challenge of `Secure-Session-Registration`. */
  readonly offer: string
}

/** A server under test. */
export interface DeviceServer {
  /** Signs a new user in. */
  signIn(): Promise<SignedIn>
  /** Sends a request to the path of the device sessions. */
  send(headers: Headers): Promise<Response>
  /** Visits a page with cookies, on every way in; whether the visitor is signed in. */
  visit(session: SignedIn, proofs: readonly string[]): Promise<boolean>
  /** Revokes a session. */
  revoke(session: SignedIn): Promise<void>
  /** Moves the clock of the server forward. */
  wait(seconds: number): void
  /** From now on, the store of the server fails, or works again. */
  setStore(isDown: boolean): void
  /** Why requests were refused since the last call. */
  refusals(): readonly string[]
}

interface Known extends SignedIn {
  /** The last challenge. */
  challenge?: string
  /** The value of the last proof cookie. */
  proof?: string
  /** The last proof that was sent. */
  sent?: string
}

/** Runs a scenario; rejects when the server answers otherwise. */
export async function runDeviceScenario(
  server: DeviceServer,
  { name, steps }: DeviceScenario,
  keys: Map<string, DeviceKey> = new Map(),
): Promise<void> {
  const sessions = new Map<string, Known>()
  for (const [index, step] of steps.entries()) {
    const what = `${name}, step ${index + 1} (${step.step})`
    if (step.step === 'sign-in') sessions.set(step.session, { ...(await server.signIn()) })
    else if (step.step === 'wait') server.wait(step.seconds)
    else if (step.step === 'store') server.setStore(step.isDown)
    else if (step.step === 'revoke') await server.revoke(sessions.get(step.session)!)
    else if (step.step === 'visit') await visit(step, what)
    else await send(step, what)
  }

  async function visit({ session, proofs = [], isSignedIn }: VisitStep, what: string) {
    const known = sessions.get(session)!
    const values = proofs.map((proof) => textOf(proof, session))
    equal(await server.visit(known, values), isSignedIn, what)
  }

  async function send(step: DeviceRequestStep, what: string): Promise<void> {
    const session = sessions.get(step.session)!
    const headers = new Headers({ 'Sec-Fetch-Site': 'same-origin', Origin: 'https://app.example' })
    if (step.step === 'refresh') headers.set('Sec-Secure-Session-Id', step.id ?? session.id)
    const cookies = (step.cookies ?? []).map((of) => sessions.get(of)!.cookie)
    if (cookies.length) headers.set('Cookie', cookies.join('; '))
    const proof = step.whole === undefined ? await proofOf(step) : step.whole
    if (proof !== null) headers.set('Secure-Session-Response', proof)
    if (proof) session.sent = proof

    server.refusals()
    const response = await server.send(headers)
    equal(response.status, step.status, what)
    equal(server.refusals(), step.reason ? [step.reason] : [], `${what}: the reason`)
    equal(response.headers.get('Cache-Control'), 'no-store', `${what}: Cache-Control`)
    const [, challenge] =
      /^"([\w.-]+)";id="[\w-]+"$/.exec(response.headers.get('Secure-Session-Challenge') ?? '') ?? []
    equal(challenge !== undefined, [200, 403].includes(step.status), `${what}: a challenge`)
    if (challenge) session.challenge = challenge
    const [cookie, ...others] = response.headers.getSetCookie()
    const isRefreshed = step.step === 'refresh' && step.status === 200
    equal([cookie !== undefined, others], [isRefreshed, []], `${what}: Set-Cookie`)
    if (cookie) session.proof = /=([^;]*)/.exec(cookie)![1]!
    if (step.status === 200) {
      const body = (await response.json()) as Readonly<Record<string, unknown>>
      equal(body['session_identifier'], session.id, `${what}: the session`)
    }
  }

  async function proofOf(step: DeviceRequestStep): Promise<string> {
    const session = sessions.get(step.session)!
    if (step.isRepeated) return session.sent!
    const key = await keyOf(step.key)
    const isNew = step.step === 'register'
    const from = { from: isNew ? 'offer' : 'last' } as const
    const jti = textOf(step.challenge ?? from, step.session)
    const jwk = isNew || step.jwk ? { jwk: merged(key.jwk, step.jwk) } : {}
    const header = merged({ alg: key.algorithm, ...jwk, typ: 'dbsc+jwt' }, step.header)
    const proof = await signProof(key, { header, payload: merged({ jti }, step.payload) })
    if (step.signature === undefined) return proof
    return `${proof.slice(0, proof.lastIndexOf('.'))}.${step.signature}`
  }

  async function keyOf(name: string): Promise<DeviceKey> {
    const known = keys.get(name) ?? (await createDeviceKey(name === 'rsa' ? 'RS256' : 'ES256'))
    keys.set(name, known)
    return known
  }

  function textOf(source: ChallengeSource, session: string): string {
    if ('text' in source) return source.text
    const { offer, challenge = '', proof = '' } = sessions.get(source.session ?? session)!
    const text = { offer, last: challenge, proof }[source.from]
    if (!source.isForged) return text
    // Not the last character: it has bits that no byte has.
    const at = text.length - 5
    return `${text.slice(0, at)}${text[at] === 'x' ? 'y' : 'x'}${text.slice(at + 1)}`
  }
}

/** Merges members over others; `null` removes a member. */
function merged(
  members: Readonly<Record<string, unknown>>,
  changes: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const entries = Object.entries({ ...members, ...changes })
  return Object.fromEntries(entries.filter(([, value]) => value !== null))
}
