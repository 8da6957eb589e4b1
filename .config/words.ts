/**
 * `pnpm words [path …]`: fails where a file uses a word that this project replaced by a standard term.
 *
 * Spell checkers compare single words of the prose; this reads phrases and identifiers too.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { root } from './packages.ts'

/** What is not written, and what is written instead. Space in a phrase also matches a line break. */
const words: [banned: RegExp, instead: string][] = [
  [/\brooms?\b/gi, 'module, file'],
  [/\bdoors?\b/gi, 'entry point, export'],
  [/\bhouses?\b/gi, 'codebase'],
  [/\bleft behind\b/gi, 'pending'],
  [/\bLeft\b(?=\s*[,;})>|=])/g, 'PendingResponse'],
  [/\bstrangers?\b/gi, 'anonymous, untrusted'],
  [/\bforeign\b/gi, 'cross-origin, untrusted, of another user'],
  [/\bnobody\b/gi, 'anonymous, no user, no client'],
  [/\bsomebody\b/gi, 'a user, a client'],
  [/\bwho(?:so)?ever\b/gi, 'a user who, a client that'],
  [/\bwhom(?:ever)?\b/gi, 'a sentence without it'],
  [/\banew\b/gi, 'again'],
  [/\blikewise\b/gi, 'also'],
  [/\bmeanwhile\b/gi, 'concurrently'],
  [/\bbut for\b/gi, 'except'],
  [/\bverdicts?\b/gi, 'result'],
  [/\bjudg(?:es?|ed|ing)\b/gi, 'check'],
  [/\bby shape\b/gi, 'structurally typed'],
]

/** Where a banned word stands for something else. `allowed` covers the word and its neighbours. */
const exceptions: { allowed: RegExp; files?: RegExp; because: string }[] = [
  { allowed: /foreign keys?/gi, because: 'the SQL term' },
  { allowed: /\battempts Left\b/g, because: 'how many attempts are left' },
  { allowed: /\brooms?\b/gi, files: /^apps\/chat\//, because: 'its subject: a chat room' },
  {
    allowed: /\bnobody\b/g,
    files: /^(\.ci\/|packages\/sql\/test\/daemon\.ts$)/,
    because: 'the Unix user without rights',
  },
]

/** Files that this project did not write, generated data, and this list. */
const skipped = /^(LICENSE|pnpm-lock\.yaml|\.config\/words\.ts)$|\.(png|svg|ico|woff2)$/

/** Identifiers become words: `chatRoom`, `CHAT_ROOM` and a comment's line breaks match as well. */
const readable = (text: string) =>
  text.replaceAll(/([a-z\d])(?=[A-Z])/g, '$1 ').replaceAll(/_|\b(?=-)-/g, ' ')

const counts = new Map<string, number>()

const listed = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--']
const args = [...listed, ...process.argv.slice(2)]
for (const file of execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\0')) {
  if (!file || skipped.test(file)) continue
  let text: string
  try {
    text = readable(readFileSync(root + file, 'utf8'))
  } catch {
    continue // Deleted, and not staged yet.
  }
  for (const { allowed, files } of exceptions) {
    if (!files || files.test(file)) text = text.replaceAll(allowed, '')
  }
  for (const [banned, instead] of words) {
    const phrase = new RegExp(banned.source.replaceAll(' ', '[\\s*/#>]+'), banned.flags)
    for (const { 0: found, index } of text.matchAll(phrase)) {
      const line = text.slice(0, index).split('\n').length
      console.log(`${file}:${line}: "${found.replaceAll(/\s+/g, ' ')}" (write: ${instead})`)
      const part = /^(packages|apps)\/[^/]+|^[^/]+/.exec(file)![0]
      counts.set(part, (counts.get(part) ?? 0) + 1)
    }
  }
}

if (counts.size > 0) {
  console.log('\nBanned words, by package:')
  for (const [part, count] of counts) console.log(`  ${part}: ${count}`)
  process.exitCode = 1
}
