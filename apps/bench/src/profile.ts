/** Where the time of one subject goes in Node: shares of the samples that were taken while it answered. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type Profiler, Session } from 'node:inspector/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Answer, Command } from './host.ts'
import { type Found, bundle } from './runtimes.ts'

/** Runs a workload under the profiler and gives each function's own share, the largest first. */
export async function profileOf(
  { file, as }: Found,
  workload: string,
): Promise<[where: string, share: number][]> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'))
  const { code } = await bundle(
    `import { ${as} } from './subjects/${file}'
     import { hostOf } from './src/host.ts'
     export const answer = hostOf(${as})`,
    false,
  )
  const path = join(folder, 'profiled.mjs')
  await writeFile(path, code)
  const { answer } = (await import(pathToFileURL(path).href)) as {
    answer: (command: Command) => Promise<Answer>
  }
  await rm(folder, { recursive: true })
  const run = (count: number) => answer({ do: 'run', workload, count, chunk: 2000, cpu: false })
  const { error, able } = await run(20_000)
  if (error || !able) throw new Error(error ?? `It is not able to: ${workload}`)

  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: 100 })
  await session.post('Profiler.start')
  await run(400_000)
  const { profile } = await session.post('Profiler.stop')
  session.disconnect()
  return sharesOf(profile)
}

/** Counts everything but the making of requests. */
function sharesOf({ nodes }: Profiler.Profile): [string, number][] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const children = new Set(nodes.flatMap((node) => node.children ?? []))
  const hits = new Map<string, number>()
  const walk = (node: Profiler.ProfileNode): void => {
    const { functionName, lineNumber, url } = node.callFrame
    if (/^(newRequest|cookieTexts|create|\(program\)|\(idle\))$/.test(functionName)) return
    const from = url.startsWith('node:') ? url : lineNumber
    const where = `${functionName || 'anonymous'} (${from})`
    hits.set(where, (hits.get(where) ?? 0) + (node.hitCount ?? 0))
    for (const id of node.children ?? []) walk(byId.get(id)!)
  }
  for (const node of nodes) if (!children.has(node.id)) walk(node)
  let all = 0
  for (const count of hits.values()) all += count
  return [...hits]
    .map(([where, count]): [string, number] => [where, count / all])
    .toSorted(([, a], [, b]) => b - a)
}
