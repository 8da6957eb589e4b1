/** What a server with device-bound sessions must answer to honest browsers and to attackers. */
import type {
  ChallengeSource,
  DeviceRequestStep,
  DeviceScenario,
  DeviceStep,
  ProofStep,
  VisitStep,
} from './device-scenario.ts'

type More = Omit<Partial<DeviceRequestStep>, 'step' | 'status' | 'reason'>

const signIn = (session = 'a'): DeviceStep => ({ step: 'sign-in', session })
const wait = (seconds: number): DeviceStep => ({ step: 'wait', seconds })
const revoke = (session = 'a'): DeviceStep => ({ step: 'revoke', session })
const store = (isDown: boolean): DeviceStep => ({ step: 'store', isDown })

const register = (
  status: DeviceRequestStep['status'] = 200,
  reason?: string,
  more: More = {},
): DeviceStep => ({
  step: 'register',
  session: 'a',
  key: 'k',
  ...more,
  status,
  ...(reason && { reason }),
})

const refresh = (
  status: DeviceRequestStep['status'] = 200,
  reason?: string,
  more: More = {},
): DeviceStep => ({ ...(register(status, reason, more) as DeviceRequestStep), step: 'refresh' })

const visit = (isSignedIn: boolean, more: Partial<VisitStep> = {}): DeviceStep => ({
  step: 'visit',
  session: 'a',
  ...more,
  isSignedIn,
})

const PROOF: ChallengeSource = { from: 'proof' }
const withProof = (isSignedIn: boolean, proof: ChallengeSource = PROOF): DeviceStep =>
  visit(isSignedIn, { proofs: [proof] })

const minutes = (count: number): DeviceStep => wait(60 * count)
const PAST_GRACE = wait(61)
const BOUND = [signIn(), register(), refresh()]

/** A registration that must be refused, and that leaves the session as it was. */
const refusedRegistration = (
  name: string,
  status: 400 | 401,
  reason: string | undefined,
  proof: Partial<ProofStep>,
): DeviceScenario => ({
  name: `registration: ${name}`,
  steps: [
    signIn(),
    signIn('b'),
    register(status, reason, proof),
    PAST_GRACE,
    visit(true),
    register(),
  ],
})

/** A refresh that must give no proof, and that leaves the session as it was. */
const refusedRefresh = (
  name: string,
  status: 401 | 403,
  reason: string | undefined,
  more: More,
): DeviceScenario => ({
  name: `refresh: ${name}`,
  steps: [
    ...BOUND,
    signIn('b'),
    register(200, undefined, { session: 'b', key: 'kb' }),
    refresh(status, reason, more),
    PAST_GRACE,
    visit(false),
    refresh(),
    withProof(true),
  ],
})

const ZEROS = 'A'.repeat(43)

/** The scenarios. Times: a proof lives for 10 minutes, a challenge for 20, an offer for 5. */
export const deviceScenarios: readonly DeviceScenario[] = [
  {
    name: 'a device registers, binds the session at its first refresh, and renews its proof',
    steps: [
      signIn(),
      visit(true),
      register(),
      PAST_GRACE,
      // Registered, not bound: the browser can have refused the instructions.
      visit(true),
      refresh(),
      visit(true),
      PAST_GRACE,
      visit(false),
      withProof(true),
      minutes(9),
      withProof(true),
      wait(25),
      visit(false),
      refresh(),
      withProof(true),
    ],
  },
  {
    name: 'a device with an RSA key does the same',
    steps: [
      signIn(),
      register(200, undefined, { key: 'rsa' }),
      refresh(200, undefined, { key: 'rsa' }),
      PAST_GRACE,
      visit(false),
      withProof(true),
      refresh(200, undefined, { key: 'rsa' }),
      withProof(true),
    ],
  },
  {
    name: 'a browser that never registers stays signed in',
    steps: [signIn(), visit(true), minutes(60), visit(true), register(401, 'challenge-expired')],
  },
  {
    name: 'a proof ends half a minute after its cookie',
    steps: [...BOUND, wait(629), withProof(true), wait(2), withProof(false)],
  },
  {
    name: 'a session that was bound needs no proof for a minute: requests are on their way',
    steps: [...BOUND, wait(59), visit(true), wait(2), visit(false)],
  },
  {
    name: 'registration: the same key again, as the answer can have been lost',
    steps: [signIn(), register(), register(), refresh(), register(), PAST_GRACE, withProof(true)],
  },
  {
    name: 'registration: within five minutes, and no later',
    steps: [
      signIn(),
      wait(299),
      register(),
      signIn('b'),
      wait(302),
      register(401, 'challenge-expired', { session: 'b' }),
    ],
  },
  {
    name: 'registration: another key after the first',
    steps: [
      signIn(),
      register(),
      register(401, 'key-mismatch', { key: 'thief' }),
      refresh(401, 'signature-mismatch', { key: 'thief' }),
      refresh(),
      register(401, 'key-mismatch', { key: 'thief' }),
      PAST_GRACE,
      visit(false),
      withProof(true),
    ],
  },
  {
    name: 'registration: of a session that was revoked',
    steps: [signIn(), revoke(), register(401, 'unknown'), visit(false)],
  },
  {
    name: 'registration: the store is down, then back',
    steps: [signIn(), store(true), register(503), store(false), register(), refresh()],
  },
  ...(
    [
      ['no proof', 400, undefined, { whole: null }],
      ['an empty proof', 400, undefined, { whole: '' }],
      ['no JWT', 400, undefined, { whole: 'a.b' }],
      ['four parts', 400, undefined, { whole: 'e30.e30.e30.e30' }],
      ['parts that are not JSON', 400, undefined, { whole: 'AAAA.AAAA.AAAA' }],
      ['parts that are not objects', 400, undefined, { whole: 'MQ.bnVsbA.AAAA' }],
      ['a proof of 5000 characters', 400, undefined, { payload: { pad: 'x'.repeat(4000) } }],
      ['another type of JWT', 400, undefined, { header: { typ: 'JWT' } }],
      ['no type', 400, undefined, { header: { typ: null } }],
      ['no challenge', 400, undefined, { payload: { jti: null } }],
      ['a challenge that is not a text', 400, undefined, { payload: { jti: 1 } }],
      ['an empty challenge', 401, 'unknown', { challenge: { text: '' } }],
      [
        'a challenge of no session',
        401,
        'unknown',
        { challenge: { text: `${'u'.repeat(22)}.${ZEROS}` } },
      ],
      [
        'a forged challenge',
        401,
        'challenge-mismatch',
        { challenge: { from: 'offer', isForged: true } },
      ],
      ['no key', 401, 'key-malformed', { header: { jwk: null } }],
      ['a key that is a text', 401, 'key-malformed', { header: { jwk: 'k' } }],
      ['the algorithm none', 401, 'key-malformed', { header: { alg: 'none' }, signature: 'AA' }],
      ['a symmetric algorithm', 401, 'key-malformed', { header: { alg: 'HS256' } }],
      ['an algorithm in lower case', 401, 'key-malformed', { header: { alg: 'es256' } }],
      ['the algorithm of another kind of key', 401, 'key-malformed', { header: { alg: 'RS256' } }],
      ['another curve', 401, 'key-malformed', { jwk: { crv: 'P-384' } }],
      ['a coordinate that is too long', 401, 'key-malformed', { jwk: { x: 'A'.repeat(86) } }],
      ['no second coordinate', 401, 'key-malformed', { jwk: { y: null } }],
      ['a coordinate with a space', 401, 'key-malformed', { jwk: { y: `${'A'.repeat(42)} ` } }],
      [
        'a point that is not on the curve',
        401,
        'signature-mismatch',
        { jwk: { x: ZEROS, y: ZEROS } },
      ],
      ['an RSA exponent other than 65537', 401, 'key-malformed', { key: 'rsa', jwk: { e: 'Aw' } }],
      ['a short RSA modulus', 401, 'key-malformed', { key: 'rsa', jwk: { n: 'z'.repeat(171) } }],
      [
        'an RSA modulus with leading zeros',
        401,
        'key-malformed',
        { key: 'rsa', jwk: { n: 'A'.repeat(171) + 'z'.repeat(171) } },
      ],
      [
        'an RSA modulus of 8192 bits',
        401,
        'key-malformed',
        { key: 'rsa', jwk: { n: 'z'.repeat(1366) } },
      ],
      ['the signature of another key', 401, 'signature-mismatch', { signature: 'A'.repeat(86) }],
      ['a short signature', 401, 'signature-mismatch', { signature: 'AA' }],
    ] as const
  ).map(([name, status, reason, proof]) => refusedRegistration(name, status, reason, proof)),
  {
    name: 'registration: of one session changes no other',
    steps: [
      signIn(),
      signIn('b'),
      register(200, undefined, { session: 'b', key: 'thief' }),
      register(),
      refresh(),
      PAST_GRACE,
      withProof(true),
    ],
  },
  {
    name: 'registration: the challenge of a refresh registers nothing',
    steps: [...BOUND, register(401, 'unknown', { key: 'thief', challenge: { from: 'last' } })],
  },
  {
    name: 'refresh: before a registration',
    steps: [signIn(), refresh(401, 'unregistered'), visit(true)],
  },
  {
    name: 'refresh: without a proof, then with one',
    steps: [
      ...BOUND,
      PAST_GRACE,
      refresh(403, undefined, { whole: null }),
      refresh(),
      withProof(true),
    ],
  },
  {
    name: 'refresh: an old challenge, then the new one',
    steps: [...BOUND, minutes(21), refresh(403), refresh(), withProof(true)],
  },
  {
    name: 'refresh: a proof that is sent again while its challenge is valid',
    steps: [
      ...BOUND,
      minutes(15),
      refresh(200, undefined, { isRepeated: true }),
      minutes(6),
      refresh(403, undefined, { isRepeated: true }),
    ],
  },
  {
    name: 'refresh: with the cookie of the session, and without cookies',
    steps: [...BOUND, refresh(200, undefined, { cookies: ['a'] }), refresh()],
  },
  {
    name: 'refresh: of a session that was revoked',
    steps: [...BOUND, revoke(), refresh(401, 'unknown'), withProof(false)],
  },
  {
    name: 'refresh: the first one, of a session that was revoked after the registration',
    steps: [signIn(), register(), revoke(), refresh(401, 'unknown'), visit(false)],
  },
  {
    name: 'refresh: the store is down: the device session stays',
    steps: [
      ...BOUND,
      store(true),
      refresh(503),
      store(false),
      PAST_GRACE,
      refresh(),
      withProof(true),
    ],
  },
  {
    name: 'refresh: the first one while the store is down binds nothing',
    steps: [
      signIn(),
      register(),
      store(true),
      refresh(503),
      store(false),
      PAST_GRACE,
      visit(true),
      refresh(),
      PAST_GRACE,
      visit(false),
    ],
  },
  ...(
    [
      ['a forged challenge', 403, undefined, { challenge: { from: 'last', isForged: true } }],
      [
        'the challenge of another session',
        403,
        undefined,
        { challenge: { from: 'last', session: 'b' } },
      ],
      ['the offer as a challenge', 403, undefined, { challenge: { from: 'offer' } }],
      ['the proof cookie as a challenge', 403, undefined, { challenge: PROOF }],
      ['an empty challenge', 403, undefined, { challenge: { text: '' } }],
      [
        'a challenge with another time',
        403,
        undefined,
        { challenge: { text: `99999999999.${ZEROS}` } },
      ],
      ['a time that is not a number', 403, undefined, { challenge: { text: `Infinity.${ZEROS}` } }],
      ['the key of another device', 401, 'signature-mismatch', { key: 'thief' }],
      ['the key of another session', 401, 'signature-mismatch', { key: 'kb' }],
      ['a key in the proof', 401, 'key-mismatch', { key: 'thief', jwk: {} }],
      ['its own key in the proof', 401, 'key-mismatch', { jwk: {} }],
      [
        'the algorithm none',
        401,
        'signature-mismatch',
        { header: { alg: 'none' }, signature: 'AA' },
      ],
      ['another algorithm', 401, 'signature-mismatch', { key: 'rsa' }],
      ['the header of another algorithm', 401, 'signature-mismatch', { header: { alg: 'RS256' } }],
      ['a short signature', 401, 'signature-mismatch', { signature: 'AA' }],
      ['no JWT', 401, 'proof-malformed', { whole: 'x' }],
      ['another type of JWT', 401, 'proof-malformed', { header: { typ: 'JWT' } }],
      ['the id of no session', 401, 'unknown', { id: 'u'.repeat(22) }],
      ['an empty id', 401, 'unknown', { id: '' }],
      ['an id that is too long', 401, 'unknown', { id: 'u'.repeat(4000) }],
      ['the cookie of another session', 401, 'replaced', { cookies: ['b'] }],
    ] as const
  ).map(([name, status, reason, more]) => refusedRefresh(name, status, reason, more)),
  {
    name: 'refresh: another session of the same browser is refused, and stays as it is',
    steps: [
      ...BOUND,
      signIn('b'),
      register(200, undefined, { session: 'b', key: 'kb' }),
      refresh(401, 'replaced', { cookies: ['b'] }),
      refresh(200, undefined, { session: 'b', key: 'kb', cookies: ['b'] }),
      PAST_GRACE,
      visit(true, { session: 'b', proofs: [{ from: 'proof', session: 'b' }] }),
      visit(false, { session: 'b' }),
    ],
  },
  {
    name: 'visit: nothing but its own proof opens a bound session',
    steps: [
      ...BOUND,
      signIn('b'),
      register(200, undefined, { session: 'b', key: 'kb' }),
      refresh(200, undefined, { session: 'b', key: 'kb' }),
      PAST_GRACE,
      visit(false),
      visit(false, { proofs: [{ from: 'proof', session: 'b' }] }),
      visit(false, { proofs: [{ from: 'proof', isForged: true }] }),
      visit(false, { proofs: [{ from: 'last' }] }),
      visit(false, { proofs: [{ from: 'offer' }] }),
      visit(false, { proofs: [{ text: '' }] }),
      visit(false, { proofs: [{ text: `99999999999.${ZEROS}` }] }),
      visit(false, { proofs: [PROOF, { text: 'x' }] }),
      withProof(true),
    ],
  },
]
