/** What a fresh isolate runs: it opens a subject, creates a session and validates it in two requests. */
import { cookieHeader, newRequest } from './requests.ts'
import { type Subject, USER } from './subject.ts'

export async function answerTwo(subject: Subject): Promise<void> {
  const { cookie, validate } = await subject.open(false)
  const own = cookieHeader(await cookie('active'), true)
  for (let n = 0; n < 2; n++) {
    if ((await validate?.(newRequest('GET', own))) !== USER) throw new Error(subject.name)
  }
}
