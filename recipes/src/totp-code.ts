/** Compares codes of an authenticator app, and recovery codes. */
import { randomBytes } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'
import { sha256 } from './sha256.ts'
import type { Site } from './site.ts'

const RECOVERY_CODES = 10
/** A clock can be wrong by one step of 30 seconds. */
const WINDOW = 1

/** Returns the time step of a code, or `null` if the code is wrong. */
export function stepOf(secret: string, code: string, now: number): number | null {
  if (!/^\d{6}$/.test(code)) return null
  const delta = TOTP.validate({
    secret: Secret.fromBase32(secret),
    token: code,
    timestamp: now,
    window: WINDOW,
  })
  return delta === null ? null : TOTP.counter({ timestamp: now }) + delta
}

/** Whether a code of a user is right. If it is, it is never right again. */
export async function isRightCode(
  { totps, secretBox, auth }: Site,
  userId: string,
  text: string,
): Promise<boolean> {
  const code = text.replaceAll(/[\s-]/g, '').toUpperCase()
  if (!/^\d{6}$/.test(code)) return totps.takeRecoveryCode(userId, recoveryHash(userId, code))
  if (!(await totps.countAttempt(userId))) return false
  const totp = await totps.find(userId)
  if (!totp) return false
  const step = stepOf(await secretBox.open(totp.secret, userId), code, auth.now())
  return step !== null && totps.acceptStep(userId, step)
}

/** Creates recovery codes. With 80 random bits, a fast hash protects them. */
export function newRecoveryCodes(userId: string): { codes: string[]; hashes: string[] } {
  const codes = Array.from({ length: RECOVERY_CODES }, () => newCode())
  return { codes, hashes: codes.map((code) => recoveryHash(userId, code.replaceAll('-', ''))) }
}

function newCode(): string {
  const { base32 } = new Secret({ buffer: Uint8Array.from(randomBytes(10)).buffer })
  return base32.match(/.{4}/g)?.join('-') ?? ''
}

function recoveryHash(userId: string, code: string): string {
  return sha256(`${userId}:${code}`)
}
