/** The matrix for people: as text, and as a page. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Finding } from './requests.ts'
import { RELATIONS, type Relation, WAYS, type Way, isLaundered, isOwn } from './ways.ts'

/** What was found on each runtime. */
export type Found = readonly (readonly [runtime: string, findings: readonly Finding[]])[]

const COLUMNS: Readonly<Record<Relation, string>> = {
  own: 'the app itself',
  sibling: 'a sibling host',
  stranger: 'another site',
  'http twin': 'its http twin',
  'own, dev': 'itself, localhost',
  'other port': 'another port',
}

const WORDS: Readonly<Record<string, string>> = {
  yes: 'accepted',
  no: 'refused',
  safe: 'safe',
  preflight: 'asked first',
  unsent: 'not sent',
}

/** All cells as text. */
export function matrixText(found: Found): string {
  const width = Math.max(...WAYS.map(({ name, where }) => name.length + where.length + 3))
  const lines = [`${''.padEnd(width)}  ${RELATIONS.map((each) => each.padEnd(10)).join('  ')}`]
  let group = ''
  for (const way of WAYS) {
    if (way.group !== group) lines.push('', (group = way.group))
    const cells = RELATIONS.map((relation) => cellText(found, way, relation).padEnd(10))
    lines.push(`${`${way.name} (${way.where})`.padEnd(width)}  ${cells.join('  ')}`)
  }
  return lines.join('\n')
}

/** One cell; where the runtimes differ, the cells of both. */
function cellText(found: Found, way: Way, relation: Relation): string {
  return [...new Set(findingsAt(found, way, relation).map(({ cell }) => cell))].join(' / ')
}

function findingsAt(found: Found, way: Way, relation: Relation): readonly Finding[] {
  return found.map(
    ([, findings]) => findings[RELATIONS.indexOf(relation) * WAYS.length + way.index]!,
  )
}

/** Writes the page, and says where. */
export async function writeReport(found: Found, browser: string): Promise<string> {
  const folder = new URL('../dist/', import.meta.url)
  const style = await readFile(new URL('report.css', import.meta.url), 'utf8')
  const file = fileURLToPath(new URL('matrix.html', folder))
  await mkdir(folder, { recursive: true })
  await writeFile(file, pageOf(found, browser, style))
  return file
}

function pageOf(found: Found, browser: string, style: string): string {
  const all = found.flatMap(([, findings]) => findings)
  const count = (isCounted: (finding: Finding) => boolean) => all.filter(isCounted).length
  const isForeign = ({ way, relation }: Finding) => !isOwn(way, relation)
  const withCookie = ({ cell }: Finding) => /^[LSNP]/.test(cell)
  const facts: [number, string, string][] = [
    [
      count((finding) => isForeign(finding) && withCookie(finding) && finding.cell.endsWith(' no')),
      'foreign requests brought a session cookie and were refused',
      'no',
    ],
    [
      count((finding) => isOwn(finding.way, finding.relation) && / (yes|safe)$/.test(finding.cell)),
      'requests of the app itself went through',
      'yes',
    ],
    [
      count(
        (finding) => isForeign(finding) && !isLaundered(finding.way) && / yes/.test(finding.cell),
      ),
      'foreign requests were accepted that could change something',
      'plain',
    ],
    [
      count((finding) => isForeign(finding) && isLaundered(finding.way)),
      'more were sent anew by the app’s own service worker: no server can tell',
      'warn',
    ],
  ]
  const groups = [...new Set(WAYS.map(({ group }) => group))]
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>What a page can make a browser send</title>
<style>${style}</style>
<header>
<p class="kicker">Limen, the laboratory</p>
<h1>What a page can make a browser send</h1>
<p>Chromium ${escape(browser)}, before ${found.map(([runtime]) => runtime).join(' and ')}: ${all.length} requests.
Each row is one way to cause a request, each column who asks whom. A cell says which session cookies
came along and what Limen made of it.</p>
<ul class="facts">${facts.map(([number, text, kind]) => `<li class="${kind}"><b>${number}</b> ${text}</li>`).join('')}</ul>
<dl class="key">
<div><dt>L</dt><dd>Lax, the default</dd></div>
<div><dt>S</dt><dd>Strict</dd></div>
<div><dt>N</dt><dd>None</dd></div>
<div><dt>P</dt><dd>None, Partitioned</dd></div>
</dl>
</header>
<main>${groups.map((group) => groupHtml(found, group)).join('')}</main>
</html>
`
}

function groupHtml(found: Found, group: string): string {
  const ways = WAYS.filter((way) => way.group === group)
  return `
<section>
<h2>${escape(group)}</h2>
<table>
<thead><tr><th scope="col">request</th>${RELATIONS.map((each) => `<th scope="col">${COLUMNS[each]}</th>`).join('')}</tr></thead>
<tbody>${ways.map((way) => rowHtml(found, way)).join('')}</tbody>
</table>
</section>`
}

function rowHtml(found: Found, way: Way): string {
  const cells = RELATIONS.map((relation) => {
    const findings = findingsAt(found, way, relation)
    const [{ cell, entry }] = findings as [Finding]
    const text = cellText(found, way, relation)
    const isExpected = text === way.cells[relation]
    const [, cookies, word = ''] = /^(?:([LSNP]+|-) )?(\w+)/.exec(cell) ?? []
    const kind = word === 'yes' && !isOwn(way, relation) ? 'warn' : word
    const headers =
      entry &&
      `${entry.method}, site ${entry.site ?? 'not said'}, origin ${entry.origin ?? 'not said'}`
    return `<td class="${isExpected ? kind : 'odd'}" data-from="${COLUMNS[relation]}" title="${escape(headers ?? '')}">
<span class="verdict">${isExpected ? WORDS[word] : escape(`${text}, not ${way.cells[relation]}`)}</span>
${cookies ? `<span class="cookies">${cookiesHtml(cookies)}</span>` : ''}</td>`
  })
  return `
<tr>
<th scope="row"><b>${escape(way.name)}</b> <i>${escape(way.where)}</i>
<span class="because">${inline(way.because)}</span>
<details><summary>code</summary><code>${escape(way.code)}</code></details></th>
${cells.join('')}
</tr>`
}

/** All four letters, so that what stayed at home is seen too. */
function cookiesHtml(came: string): string {
  return ['L', 'S', 'N', 'P']
    .map((each) => `<span${came.includes(each) ? '' : ' class="away"'}>${each}</span>`)
    .join('')
}

function inline(text: string): string {
  return escape(text)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`)
}
