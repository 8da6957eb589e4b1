/** Writes the results of the matrix as text, and as a page. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { RELATIONS, ROWS, type Relation, type Row, isOwn, isResent } from './matrix.ts'
import type { Result } from './requests.ts'

/** The results on each runtime. */
export type RuntimeResults = readonly (readonly [runtime: string, results: readonly Result[]])[]

const COLUMNS: Readonly<Record<Relation, string>> = {
  own: 'the app itself',
  sibling: 'a sibling host',
  'other site': 'another site',
  'http scheme': 'the app’s host, http',
  'own, localhost': 'the app, localhost',
  'other port': 'another port',
}

const WORDS: Readonly<Record<string, string>> = {
  yes: 'accepted',
  no: 'rejected',
  safe: 'safe',
  preflight: 'preflight only',
  unsent: 'not sent',
}

/** All cells as text. */
export function matrixText(results: RuntimeResults): string {
  const width = Math.max(...ROWS.map(({ name, where }) => name.length + where.length + 3))
  const lines = [`${''.padEnd(width)}  ${RELATIONS.map((each) => each.padEnd(10)).join('  ')}`]
  let group = ''
  for (const row of ROWS) {
    if (row.group !== group) lines.push('', (group = row.group))
    const cells = RELATIONS.map((relation) => cellText(results, row, relation).padEnd(10))
    lines.push(`${`${row.name} (${row.where})`.padEnd(width)}  ${cells.join('  ')}`)
  }
  return lines.join('\n')
}

/** One cell; if the runtimes differ, the cells of both. */
function cellText(results: RuntimeResults, row: Row, relation: Relation): string {
  return [...new Set(resultsOf(results, row, relation).map(({ cell }) => cell))].join(' / ')
}

function resultsOf(results: RuntimeResults, row: Row, relation: Relation): readonly Result[] {
  return results.map(([, all]) => all[RELATIONS.indexOf(relation) * ROWS.length + row.index]!)
}

/** Writes the page, and returns its path. */
export async function writeReport(results: RuntimeResults, browser: string): Promise<string> {
  const folder = new URL('../dist/', import.meta.url)
  const style = await readFile(new URL('report.css', import.meta.url), 'utf8')
  const file = fileURLToPath(new URL('matrix.html', folder))
  await mkdir(folder, { recursive: true })
  await writeFile(file, pageOf(results, browser, style))
  return file
}

function pageOf(results: RuntimeResults, browser: string, style: string): string {
  const all = results.flatMap(([, own]) => own)
  const count = (isCounted: (result: Result) => boolean) => all.filter(isCounted).length
  const isCrossOrigin = ({ row, relation }: Result) => !isOwn(row, relation)
  const facts: [number, string, string][] = [
    [
      count((one) => isCrossOrigin(one) && /^[LSNP]+ no$/.test(one.cell)),
      'cross-origin requests had a session cookie and were rejected',
      'no',
    ],
    [
      count((one) => !isCrossOrigin(one) && / (yes|safe)$/.test(one.cell)),
      'requests of the app itself were accepted',
      'yes',
    ],
    [
      count((one) => isCrossOrigin(one) && !isResent(one.row) && / yes/.test(one.cell)),
      'cross-origin requests that could change something were accepted',
      'plain',
    ],
    [
      count((one) => isCrossOrigin(one) && isResent(one.row)),
      'more were sent again by the app’s own service worker, which no server can detect',
      'warn',
    ],
  ]
  const groups = [...new Set(ROWS.map(({ group }) => group))]
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>What a page can make a browser send</title>
<style>${style}</style>
<header>
<p class="kicker">Limen’s browser laboratory</p>
<h1>What a page can make a browser send</h1>
<p>Chromium ${escape(browser)}, with the app on ${results.map(([runtime]) => runtime).join(' and ')}: ${all.length} requests.
Each row is one way to cause a request, each column the origin of the page that sends it. A cell has
the session cookies that the browser sent and how Limen treated the request.</p>
<ul class="facts">${facts.map(([number, text, kind]) => `<li class="${kind}"><b>${number}</b> ${text}</li>`).join('')}</ul>
<dl class="key">
<div><dt>L</dt><dd>Lax, the default</dd></div>
<div><dt>S</dt><dd>Strict</dd></div>
<div><dt>N</dt><dd>None</dd></div>
<div><dt>P</dt><dd>None, Partitioned</dd></div>
</dl>
</header>
<main>${groups.map((group) => groupHtml(results, group)).join('')}</main>
</html>
`
}

function groupHtml(results: RuntimeResults, group: string): string {
  const rows = ROWS.filter((row) => row.group === group)
  return `
<section>
<h2>${escape(group)}</h2>
<table>
<thead><tr><th scope="col">request</th>${RELATIONS.map((each) => `<th scope="col">${COLUMNS[each]}</th>`).join('')}</tr></thead>
<tbody>${rows.map((row) => rowHtml(results, row)).join('')}</tbody>
</table>
</section>`
}

function rowHtml(results: RuntimeResults, row: Row): string {
  const cells = RELATIONS.map((relation) => {
    const [{ cell, entry }] = resultsOf(results, row, relation) as [Result]
    const text = cellText(results, row, relation)
    const isExpected = text === row.cells[relation]
    const [, cookies, word = ''] = /^(?:([LSNP]+|-) )?(\w+)/.exec(cell) ?? []
    const kind = word === 'yes' && !isOwn(row, relation) ? 'warn' : word
    const headers =
      entry &&
      `${entry.method}, Sec-Fetch-Site: ${entry.site ?? 'absent'}, Origin: ${entry.origin ?? 'absent'}`
    return `<td class="${isExpected ? kind : 'odd'}" data-from="${COLUMNS[relation]}" title="${escape(headers ?? '')}">
<span class="result">${isExpected ? WORDS[word] : escape(`${text}, not ${row.cells[relation]}`)}</span>
${cookies ? `<span class="cookies">${cookiesHtml(cookies)}</span>` : ''}</td>`
  })
  return `
<tr>
<th scope="row"><b>${escape(row.name)}</b> <i>${escape(row.where)}</i>
<span class="because">${inline(row.because)}</span>
<details><summary>code</summary><code>${escape(row.code)}</code></details></th>
${cells.join('')}
</tr>`
}

/** All four letters; those of cookies that were not sent are faint. */
function cookiesHtml(came: string): string {
  return ['L', 'S', 'N', 'P']
    .map(
      (each) =>
        `<span${came.includes(each) ? '' : ' class="absent" aria-hidden="true"'}>${each}</span>`,
    )
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
