/** Writes the scenarios with device-bound sessions as JSON, for servers in any language: `pnpm vectors`. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { deviceScenarios } from '../packages/conformance/src/device-scenarios.ts'
import { root } from './packages.ts'

const PATH = `${root}packages/conformance/vectors/device-bound.json`

/** The file as it must be: a line for each scenario. */
export function deviceVectors(): string {
  const scenarios = deviceScenarios.map((scenario) => `    ${JSON.stringify(scenario)}`)
  return `{\n  "scenarios": [\n${scenarios.join(',\n')}\n  ]\n}\n`
}

/** The file as it is. */
export const writtenVectors = (): string => readFileSync(PATH, 'utf8')

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(PATH, deviceVectors())
